// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// The listening Unix socket of a device and its name in the file system. Whoever may connect owns
/// the device's private key, so the socket is its owner's alone from its first moment: it is bound
/// in a private directory and only then linked to its name, which also refuses to replace another
/// process's socket without looking. Thread-safe.
final class UapiSocket implements AutoCloseable {
    /// Enough for a connection burst; each is accepted at once.
    private static final int BACKLOG = 64;

    private final Path path;
    private final ServerSocketChannel channel;
    private final Object identity;

    private UapiSocket(Path path, ServerSocketChannel channel, Object identity) {
        this.path = path;
        this.channel = channel;
        this.identity = identity;
    }

    /// Listens for `name` in `directory`, which is made where it is missing. A socket that a dead
    /// process left is replaced.
    ///
    /// @throws IOException where another process answers at that name already, and where the file
    ///     system refuses
    static UapiSocket open(Path directory, String name) throws IOException {
        var ownerOnly = PosixFilePermissions.fromString("rwx------");
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(ownerOnly));
        }
        Path path = directory.resolve(name + ".sock");
        Path workshop = Files.createTempDirectory(directory, ".new");
        Path bound = workshop.resolve("s");
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(bound), BACKLOG);
            Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
            link(path, bound, name);
            return new UapiSocket(path, channel, identityOf(bound));
        } catch (IOException e) {
            channel.close();
            throw e;
        } finally {
            Files.deleteIfExists(bound);
            Files.deleteIfExists(workshop);
        }
    }

    Path path() {
        return path;
    }

    /// Waits for a connection.
    SocketChannel accept() throws IOException {
        return channel.accept();
    }

    /// Whether the name still leads to this very socket.
    boolean isInPlace() {
        try {
            return identity.equals(identityOf(path));
        } catch (IOException _) { // whatever hides it, nobody can reach us by that name
            return false;
        }
    }

    /// Stops listening and removes the name, unless it is another process's by now.
    @Override
    public void close() throws IOException {
        boolean ours = isInPlace();
        channel.close();
        if (ours) {
            Files.deleteIfExists(path);
        }
    }

    private static void link(Path path, Path bound, String name) throws IOException {
        try {
            Files.createLink(path, bound);
        } catch (FileAlreadyExistsException _) {
            if (answers(path)) {
                throw new IOException(name + " is already running: " + path + " answers");
            }
            Files.deleteIfExists(path);
            Files.createLink(path, bound);
        }
    }

    private static boolean answers(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException _) { // refused: nobody listens there any more
            return false;
        } catch (IOException e) {
            if (Files.exists(path)) {
                throw new IOException("cannot tell whether " + path + " is in use", e);
            }
            return false;
        }
    }

    private static Object identityOf(Path path) throws IOException {
        @Nullable Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        if (key == null) {
            throw new NoSuchFileException(path.toString());
        }
        return key;
    }
}
