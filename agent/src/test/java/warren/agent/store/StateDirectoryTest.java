// SPDX-License-Identifier: Apache-2.0
package warren.agent.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    @TempDir Path parent;

    @Test
    void directoryAndFilesAreForTheOwnerAlone() throws IOException {
        StateDirectory state = StateDirectory.open(parent.resolve("warren"));
        state.write("secret", "x".getBytes(UTF_8));
        assertEquals("rwx------", mode(parent.resolve("warren")));
        assertEquals("rw-------", mode(state.path("secret")));
    }

    @Test
    void aDirectoryOpenToOthersIsClosed() throws IOException {
        Path open = Files.createDirectory(parent.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertNull(StateDirectory.open(open).read("nothing"));
        assertEquals("rwx------", mode(open));
    }

    @Test
    void aFileIsReplacedAsAWholeAndNothingStaysBeside() throws IOException {
        StateDirectory state = StateDirectory.open(parent.resolve("warren"));
        state.write("file", "a long first content".getBytes(UTF_8));
        Files.writeString(state.path("file.new"), "left by a crash");
        state.write("file", "short".getBytes(UTF_8));
        assertArrayEquals("short".getBytes(UTF_8), state.read("file"));
        try (Stream<Path> files = Files.list(parent.resolve("warren"))) {
            assertEquals(List.of(state.path("file")), files.toList());
        }
    }

    @Test
    void whatCannotBeWrittenLeavesTheOldContent() throws IOException {
        StateDirectory state = StateDirectory.open(parent.resolve("warren"));
        state.write("file", "old".getBytes(UTF_8));
        Files.createDirectory(state.path("file.new"));
        Files.createFile(state.path("file.new").resolve("in the way"));
        assertThrows(IOException.class, () -> state.write("file", "new".getBytes(UTF_8)));
        assertArrayEquals("old".getBytes(UTF_8), state.read("file"));
    }

    @Test
    void aSecondAgentIsRefusedAndToldWhoIsFirst() throws IOException {
        Path file = parent.resolve("agent.lock");
        try (AgentLock first = AgentLock.take(file)) {
            assertTrue(first != null);
            // One process cannot contend with itself over a file lock: a second one has to.
            assertEquals(Long.toString(ProcessHandle.current().pid()), Files.readString(file));
        }
        try (AgentLock again = AgentLock.take(file)) {
            assertTrue(again != null);
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
