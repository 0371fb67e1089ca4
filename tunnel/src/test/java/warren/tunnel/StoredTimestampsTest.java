// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.wireguard.PublicKey;
import warren.wireguard.Tai64n;

class StoredTimestampsTest {
    private static final PublicKey KEY = PublicKey.ofHex("a1".repeat(32));
    private static final PublicKey OTHER = PublicKey.ofHex("b2".repeat(32));

    @TempDir Path temporary;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aClockSetBackAcrossARestartDoesNotShow() {
        Tai64n before = next(restarted(KEY));
        now = now.minus(Duration.ofDays(400));
        assertTrue(next(restarted(KEY)).isAfter(before));
    }

    @Test
    void settingTheSameKeyAgainDoesNotRunAhead() {
        StoredTimestamps timestamps = restarted(KEY);
        Tai64n first = next(timestamps);
        for (int i = 0; i < 100; i++) {
            timestamps.use(KEY);
            now = now.plusMillis(20);
        }
        assertTrue(next(timestamps).seconds() - first.seconds() < 5);
    }

    @Test
    void eachKeyHasAFileOfItsOwnerAlone() throws IOException {
        next(restarted(KEY));
        next(restarted(OTHER));
        try (var listing = Files.list(directory())) {
            List<Path> files = listing.toList();
            assertEquals(2, files.size());
            for (Path file : files) {
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())));
    }

    @Test
    void aDamagedFileIsReplaced() throws IOException {
        next(restarted(KEY));
        Path file;
        try (var listing = Files.list(directory())) {
            file = listing.findFirst().orElseThrow();
        }
        for (String damage : List.of("", "zz", "x".repeat(24), "00".repeat(400))) {
            Files.writeString(file, damage);
            Tai64n made = next(restarted(KEY));
            now = now.minusSeconds(10);
            assertTrue(next(restarted(KEY)).isAfter(made), damage);
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsSurvived() throws IOException {
        Files.createFile(directory());
        StoredTimestamps timestamps = restarted(KEY);
        Tai64n first = next(timestamps);
        assertTrue(next(timestamps).isAfter(first));
        assertTrue(Files.isRegularFile(directory()));
    }

    @Test
    void withoutAKeyNothingIsKept() {
        StoredTimestamps timestamps = restarted(KEY);
        timestamps.use(null);
        assertTrue(next(timestamps).isAfter(Tai64n.ZERO));
        assertFalse(Files.exists(directory()));
    }

    private StoredTimestamps restarted(PublicKey key) {
        StoredTimestamps timestamps = new StoredTimestamps(() -> now, directory());
        timestamps.use(key);
        return timestamps;
    }

    private Path directory() {
        return temporary.resolve("warren");
    }

    private static Tai64n next(StoredTimestamps timestamps) {
        return Tai64n.read(timestamps.next(), 0);
    }
}
