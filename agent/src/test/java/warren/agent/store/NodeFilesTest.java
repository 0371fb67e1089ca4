// SPDX-License-Identifier: Apache-2.0
package warren.agent.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeFilesTest {
    @TempDir Path directory;

    private final SavedNode other = TestNodes.node("other", 8);
    private final SavedNode node = TestNodes.node("node", 7, other.own());
    private NodeFiles files;

    @BeforeEach
    void open() throws IOException {
        files = new NodeFiles(StateDirectory.open(directory));
    }

    @Test
    void anEmptyDirectoryIsNoNode() throws IOException {
        assertNull(files.load());
    }

    @Test
    void aNodeIsLoadedAsItWasSaved() throws IOException {
        TestNodes.save(files, node);
        SavedNode loaded = Objects.requireNonNull(files.load());
        assertEquals(node.identity().key(), loaded.identity().key());
        assertArrayEquals(node.tunnelKey().toBytes(), loaded.tunnelKey().toBytes());
        assertEquals(node.secrets(), loaded.secrets());
        assertEquals(node.settings(), loaded.settings());
        assertEquals(node.cluster(), loaded.cluster());
        assertEquals(node.own(), loaded.own());
        assertEquals(node.others(), loaded.others());
    }

    @Test
    void theTunnelsKeyIsReadableByWg() throws IOException {
        TestNodes.save(files, node);
        String text = Files.readString(directory.resolve("wireguard.key"));
        assertEquals(node.tunnelKey().toBase64() + "\n", text);
    }

    @Test
    void aNodeWhoseMakingWasCutShortIsNoneYet() throws IOException {
        TestNodes.save(files, node);
        Files.delete(directory.resolve("records"));
        assertNull(files.load());
    }

    @Test
    void whatIsForgottenLeavesNothing() throws IOException {
        TestNodes.save(files, node);
        files.forget();
        assertNull(files.load());
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "wireguard.key", "secrets", "node.json", "records"})
    void aDamagedFileIsNamedAndLeftAsItIs(String name) throws IOException {
        TestNodes.save(files, node);
        Path file = directory.resolve(name);
        Files.writeString(file, "garbage");
        IOException e = assertThrows(IOException.class, files::load);
        assertTrue(String.valueOf(e.getMessage()).contains(file.toString()), e.getMessage());
        assertEquals("garbage", Files.readString(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "wireguard.key", "secrets", "node.json"})
    void aMissingFileIsNamed(String name) throws IOException {
        TestNodes.save(files, node);
        Files.delete(directory.resolve(name));
        IOException e = assertThrows(IOException.class, files::load);
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(directory.resolve(name) + ": it is missing"), message);
    }

    @Test
    void noMessageHoldsASecret() throws IOException {
        TestNodes.save(files, node);
        byte[] secrets = Files.readAllBytes(directory.resolve("secrets"));
        secrets[secrets.length / 2] ^= 1;
        Files.write(directory.resolve("secrets"), secrets);
        IOException e = assertThrows(IOException.class, files::load);
        String hex = new String(TestNodes.secret().toBytes(), StandardCharsets.ISO_8859_1);
        assertTrue(!String.valueOf(e.getMessage()).contains(hex), "the message holds the secret");
    }
}
