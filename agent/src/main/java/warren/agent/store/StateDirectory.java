// SPDX-License-Identifier: Apache-2.0
package warren.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A private directory whose files change all at once or not at all. Thread-safe as long as no two
/// threads write one file: each file has one owner.
public final class StateDirectory {
    private static final String DIRECTORY_MODE = "rwx------";
    private static final String FILE_MODE = "rw-------";

    /// A state file that grew beyond this is not ours: refused before it is read into memory.
    private static final long FILE_LIMIT = 64L << 20;

    private final Path directory;

    private StateDirectory(Path directory) {
        this.directory = directory;
    }

    /// Makes the directory where it is missing, and closes it to others where it is open to them.
    public static StateDirectory open(Path directory) throws IOException {
        Files.createDirectories(directory, mode(DIRECTORY_MODE));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(DIRECTORY_MODE));
        return new StateDirectory(directory);
    }

    public Path path(String name) {
        return directory.resolve(name);
    }

    /// The whole file, or null where there is none.
    public byte @Nullable [] read(String name) throws IOException {
        Path file = path(name);
        try {
            if (Files.size(file) > FILE_LIMIT) {
                throw new IOException(file + ": larger than any state file of Warren");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    /// Replaces the file. When this returns, the new content survives a power cut; when it throws,
    /// the old content is still there.
    public void write(String name, byte[] content) throws IOException {
        Path next = path(name + ".new");
        Files.deleteIfExists(next);
        try {
            writeForced(next, content);
            Files.move(
                    next,
                    path(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(next);
            throw new IOException("cannot save " + path(name) + ": " + e.getMessage(), e);
        }
        forceDirectory();
    }

    public void delete(String name) throws IOException {
        Files.deleteIfExists(path(name));
        forceDirectory();
    }

    private static void writeForced(Path file, byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        mode(FILE_MODE))) {
            ByteBuffer left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        }
    }

    /// Renaming is durable only once the directory is: `fsync(2)`, notes.
    private void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static FileAttribute<?> mode(String mode) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    }
}
