// SPDX-License-Identifier: Apache-2.0
package warren.linux.namespace;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import warren.linux.errno.Errno;
import warren.linux.libc.FileCalls;
import warren.linux.libc.ProcessCalls;

/// An open network namespace. It lives at least until it is closed here, even when its last process
/// and its path are gone. Thread-safe: immutable but for `close`, which the owner calls last.
public final class NetworkNamespace implements AutoCloseable {
    /// `_IO(NSIO, 0x3)`, NSIO 0xb7, of `include/uapi/linux/nsfs.h`.
    private static final long NS_GET_NSTYPE = 0xb703;

    private static final Path OWN = Path.of("/proc/thread-self/ns/net");

    private static final AtomicInteger THREADS = new AtomicInteger();

    private final int fd;
    private final String name;
    private final NamespaceId id;

    private NetworkNamespace(int fd, String name, NamespaceId id) {
        this.fd = fd;
        this.name = name;
        this.id = id;
    }

    /// Work to do inside.
    @FunctionalInterface
    public interface Work<T, X extends Exception> {
        T run() throws X;
    }

    /// Opens the namespace at a path such as `/run/netns/blue` or `/proc/1234/ns/net`.
    ///
    /// @throws NamespaceException saying whether it is gone, something else, or forbidden
    public static NetworkNamespace open(Path path) throws NamespaceException {
        // O_NONBLOCK: the path is somebody else's choice and might be a FIFO.
        int flags = FileCalls.O_RDONLY | FileCalls.O_CLOEXEC | FileCalls.O_NONBLOCK;
        int fd = FileCalls.open(path.toString(), flags, 0);
        if (fd < 0) {
            throw refused("network namespace " + path, -fd);
        }
        try {
            // ENOTTY or whatever else a file of another kind answers: it is not a namespace.
            if (FileCalls.ioctl(fd, NS_GET_NSTYPE, MemorySegment.NULL)
                    != ProcessCalls.CLONE_NEWNET) {
                throw new NamespaceException(
                        NamespaceException.Reason.NOT_A_NAMESPACE,
                        path + " is not a network namespace");
            }
            return new NetworkNamespace(fd, path.toString(), identify(fd));
        } catch (NamespaceException e) {
            FileCalls.close(fd);
            throw e;
        }
    }

    /// Opens the namespace of a process.
    public static NetworkNamespace ofProcess(long pid) throws NamespaceException {
        return open(Path.of("/proc/" + pid + "/ns/net"));
    }

    /// Opens the namespace of the calling thread.
    public static NetworkNamespace current() throws NamespaceException {
        return open(OWN);
    }

    /// Makes a namespace without a path: it is gone when it is closed and nobody else is in it.
    public static NetworkNamespace createUnnamed() throws NamespaceException {
        return onOwnThread(
                "netns-new",
                () -> {
                    unshare();
                    return current();
                });
    }

    /// Makes a namespace and binds it to `path`, where `ip netns exec` finds it when that is in
    /// `/run/netns`. The directory must exist. Other mount namespaces see the path only when the
    /// directory's mount is shared with them.
    ///
    /// @throws NamespaceException with reason `EXISTS` when something is there already
    public static NetworkNamespace create(Path path) throws NamespaceException {
        try {
            Files.createFile(path);
        } catch (FileAlreadyExistsException _) {
            throw new NamespaceException(
                    NamespaceException.Reason.EXISTS, "network namespace " + path + " exists");
        } catch (IOException e) {
            throw new NamespaceException(
                    NamespaceException.Reason.FAILED, "create " + path + ": " + e.getMessage());
        }
        try {
            return onOwnThread(
                    "netns-new",
                    () -> {
                        unshare();
                        bind(path);
                        return open(path);
                    });
        } catch (NamespaceException e) {
            remove(path);
            throw e;
        }
    }

    /// Unbinds the path and deletes it; false when nothing was there. The namespace itself lives on
    /// while somebody is in it or has it open.
    ///
    /// @throws NamespaceException with `NOT_A_NAMESPACE` when a file of another kind is there
    @CanIgnoreReturnValue
    public static boolean remove(Path path) throws NamespaceException {
        int result = ProcessCalls.umount2(path.toString(), ProcessCalls.MNT_DETACH);
        // EINVAL: not a mount, as a namespace file is left after a crash or in another mount
        // namespace.
        if (result < 0 && result != -Errno.EINVAL && result != -Errno.ENOENT) {
            throw refused("umount " + path, -result);
        }
        try {
            if (Files.isRegularFile(path) && Files.size(path) > 0) {
                throw new NamespaceException(
                        NamespaceException.Reason.NOT_A_NAMESPACE,
                        path + " is not a network namespace");
            }
            return Files.deleteIfExists(path);
        } catch (NamespaceException e) {
            throw e;
        } catch (NoSuchFileException _) {
            return false;
        } catch (IOException e) {
            throw new NamespaceException(
                    NamespaceException.Reason.FAILED, "delete " + path + ": " + e.getMessage());
        }
    }

    /// Whether a network namespace is at the path now. A path that we may not open counts as live:
    /// who frees what belonged to a dead namespace must be sure.
    public static boolean isLive(Path path) {
        try (var _ = open(path)) {
            return true;
        } catch (NamespaceException e) {
            return switch (e.reason()) {
                case GONE, NOT_A_NAMESPACE -> false;
                case PERMISSION, EXISTS, FAILED -> true;
            };
        }
    }

    public NamespaceId id() {
        return id;
    }

    /// The open descriptor, for `IFLA_NET_NS_FD`. It stays this object's.
    public int fd() {
        return fd;
    }

    /// A path by which other processes, our children among them, reach the namespace as long as it
    /// is open here.
    public Path path() {
        return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + fd);
    }

    /// Does `work` on a new platform thread inside the namespace, waits for it, and returns or
    /// throws what it did. Sockets opened in it stay in the namespace. The work must start no
    /// threads, virtual ones neither: a new thread inherits the namespace, and a virtual one can
    /// make the JDK add a carrier thread for ever to come.
    ///
    /// @throws NamespaceException when it cannot be entered
    /// @throws X what `work` threw
    public <T, X extends Exception> T run(Work<T, X> work) throws NamespaceException, X {
        return onOwnThread(
                "netns-" + id.inode(),
                () -> {
                    int result = ProcessCalls.setns(fd, ProcessCalls.CLONE_NEWNET);
                    if (result < 0) {
                        throw refused("enter network namespace " + name, -result);
                    }
                    return work.run();
                });
    }

    /// Closes the descriptor. Not to be called while another thread uses this object.
    @Override
    public void close() {
        FileCalls.close(fd);
    }

    @Override
    public String toString() {
        return name + " " + id;
    }

    private static void unshare() throws NamespaceException {
        int result = ProcessCalls.unshare(ProcessCalls.CLONE_NEWNET);
        if (result < 0) {
            throw refused("unshare CLONE_NEWNET", -result);
        }
    }

    private static void bind(Path path) throws NamespaceException {
        int result =
                ProcessCalls.mount(OWN.toString(), path.toString(), "", ProcessCalls.MS_BIND, "");
        if (result < 0) {
            throw refused("bind mount on " + path, -result);
        }
    }

    private static NamespaceId identify(int fd) throws NamespaceException {
        var path = Path.of("/proc/self/fd/" + fd);
        try {
            return new NamespaceId(number(path, "unix:dev"), number(path, "unix:ino"));
        } catch (IOException e) {
            throw new NamespaceException(
                    NamespaceException.Reason.FAILED, "stat " + path + ": " + e.getMessage());
        }
    }

    private static long number(Path path, String attribute) throws IOException {
        if (Files.getAttribute(path, attribute) instanceof Long number) {
            return number;
        }
        throw new IOException("no " + attribute);
    }

    private static NamespaceException refused(String operation, int errno) {
        var reason =
                switch (errno) {
                    case Errno.ENOENT, Errno.ESRCH, Errno.ENOTDIR -> NamespaceException.Reason.GONE;
                    case Errno.EPERM, Errno.EACCES -> NamespaceException.Reason.PERMISSION;
                    default -> NamespaceException.Reason.FAILED;
                };
        var need = reason == NamespaceException.Reason.PERMISSION ? "; needs CAP_SYS_ADMIN" : "";
        return new NamespaceException(reason, operation + ": " + Errno.describe(errno) + need);
    }

    /// The thread is never handed to anyone else, because it cannot be trusted to be where it was.
    /// It has ended when this returns, so it does not keep a namespace alive either.
    private static <T, X extends Exception> T onOwnThread(String name, Work<T, ?> work)
            throws NamespaceException, X {
        var task = new FutureTask<T>(work::run);
        var thread =
                Thread.ofPlatform()
                        .name(name + "-" + THREADS.incrementAndGet())
                        .daemon(true)
                        .start(task);
        joinUninterruptibly(thread);
        if (task.state() == Future.State.SUCCESS) {
            return task.resultNow();
        }
        throw NetworkNamespace.<X>rethrown(task.exceptionNow());
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // The work throws X or, from the entering around it, NamespaceException; it can throw nothing
    // else that is checked, which is what the cast and the type parameter rely on.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Exception> X rethrown(Throwable thrown) throws NamespaceException {
        switch (thrown) {
            case NamespaceException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> {
                return (X) thrown;
            }
        }
    }
}
