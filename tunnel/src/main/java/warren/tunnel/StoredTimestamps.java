// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IncreasingTimestamps;
import warren.wireguard.PublicKey;
import warren.wireguard.Tai64n;
import warren.wireguard.TimestampSource;

/// Handshake timestamps that never go back, whatever happens to clock and process: a bound for
/// each of our public keys is kept in a file of its own, 24 hexadecimal digits in
/// `DIRECTORY/handshake-HASH`. Where files cannot be written the tunnel works all the same, and a
/// clock that is set back across a restart may cost it its peers until the clock has caught up.
/// Thread-safe.
final class StoredTimestamps implements TimestampSource {
    private static final System.Logger LOG = System.getLogger(StoredTimestamps.class.getName());

    private final InstantSource clock;
    private final Path directory;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private TimestampSource current;

    @GuardedBy("lock")
    private @Nullable PublicKey owner;

    @GuardedBy("lock")
    private boolean warned;

    /// @param directory where the files are; made where it is missing
    StoredTimestamps(InstantSource clock, Path directory) {
        this.clock = clock;
        this.directory = directory;
        this.current = unkept();
    }

    @Override
    public byte[] next() {
        synchronized (lock) {
            return current.next();
        }
    }

    /// Goes on from where handshakes under this key left off; called when the device's key changes,
    /// with null for none.
    void use(@Nullable PublicKey key) {
        synchronized (lock) {
            if (Objects.equals(key, owner)) {
                return; // starting over would skip the rest of the reserved minute
            }
            owner = key;
            if (key == null) {
                current = unkept();
                return;
            }
            Path file = directory.resolve("handshake-" + hash(key));
            current = new IncreasingTimestamps(clock, read(file), bound -> write(file, bound));
        }
    }

    private TimestampSource unkept() {
        return new IncreasingTimestamps(clock, Tai64n.ZERO, IncreasingTimestamps.Reservation.NONE);
    }

    private Tai64n read(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
            if (text.length() == 2 * Tai64n.LENGTH) {
                return Tai64n.read(HexFormat.of().parseHex(text), 0);
            }
            warn(file + " is not a timestamp");
        } catch (NoSuchFileException _) { // the key's first use here
            return Tai64n.ZERO;
        } catch (IOException | IllegalArgumentException e) {
            warn(String.valueOf(e.getMessage()));
        }
        return Tai64n.ZERO;
    }

    /// Called under the lock, from [#next].
    private boolean write(Path file, Tai64n bound) {
        var ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, ownerOnly);
            }
            Path temporary = Files.createTempFile(directory, ".handshake", "");
            try {
                store(temporary, HexFormat.of().formatHex(bound.toBytes()) + "\n");
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
            return true;
        } catch (AtomicMoveNotSupportedException e) {
            throw new IllegalStateException("within one directory", e);
        } catch (IOException e) {
            warn(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private static void store(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private void warn(String why) {
        synchronized (lock) {
            if (warned) {
                return;
            }
            warned = true;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "Handshake timestamps are not kept across restarts: {0}",
                why);
    }

    private static String hash(PublicKey key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.toBytes());
            return HexFormat.of().formatHex(Arrays.copyOf(digest, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
