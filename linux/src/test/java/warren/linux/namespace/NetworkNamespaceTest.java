// SPDX-License-Identifier: Apache-2.0
package warren.linux.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import warren.linux.namespace.NamespaceException.Reason;
import warren.linux.testing.LeakCheck;

@Tag("root")
@ExtendWith(LeakCheck.class)
class NetworkNamespaceTest {
    @TempDir private Path directory;

    @Test
    void workRunsInsideAndTheCallerStaysOutside() throws IOException {
        var before = here();
        try (var other = NetworkNamespace.createUnnamed()) {
            var caller = Thread.currentThread();
            var inside =
                    other.run(
                            () -> {
                                assertNotSame(caller, Thread.currentThread());
                                return here();
                            });
            assertEquals(other.id(), inside);
            assertNotEquals(before, inside);
            assertEquals(before, here());
        }
    }

    private static NamespaceId here() throws NamespaceException {
        try (var current = NetworkNamespace.current()) {
            return current.id();
        }
    }

    @Test
    void threadOfTheWorkEndsWithIt() throws IOException {
        try (var other = NetworkNamespace.createUnnamed()) {
            var thread = other.run(Thread::currentThread);
            assertFalse(thread.isAlive());
            assertFalse(thread.isVirtual());
        }
    }

    @Test
    void socketStaysInTheNamespaceItWasOpenedIn() throws IOException {
        try (var other = TestNamespace.create();
                var inside = other.namespace().run(NetworkNamespaceTest::listen);
                var outside = listen(port(inside))) {
            // The same address and port twice: in one namespace the second is refused.
            assertEquals(port(inside), port(outside));
        }
    }

    private static ServerSocketChannel listen() throws IOException {
        return listen(0);
    }

    private static ServerSocketChannel listen(int port) throws IOException {
        return ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    }

    private static int port(ServerSocketChannel socket) throws IOException {
        return ((InetSocketAddress) socket.getLocalAddress()).getPort();
    }

    @Test
    void whatTheWorkThrowsComesOutAsItIs() throws IOException {
        try (var other = NetworkNamespace.createUnnamed()) {
            var failure = new IOException("mine");
            var thrown =
                    assertThrows(
                            IOException.class,
                            () ->
                                    other.run(
                                            () -> {
                                                throw failure;
                                            }));
            assertEquals(failure, thrown);
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            other.run(
                                    () -> {
                                        throw new IllegalStateException();
                                    }));
        }
    }

    @Test
    void interruptIsKeptForAfterTheWork() throws IOException {
        try (var other = NetworkNamespace.createUnnamed()) {
            Thread.currentThread().interrupt();
            assertEquals(1, other.run(() -> 1));
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void namespaceIsMadeAtAPathAndRemoved() throws IOException {
        var path = directory.resolve("wnl-made");
        assertFalse(NetworkNamespace.isLive(path));
        try (var made = NetworkNamespace.create(path)) {
            assertTrue(NetworkNamespace.isLive(path));
            try (var again = NetworkNamespace.open(path)) {
                assertEquals(made.id(), again.id());
            }
            assertReason(Reason.EXISTS, () -> NetworkNamespace.create(path));
            assertTrue(NetworkNamespace.remove(path));
            assertFalse(Files.exists(path));
            assertFalse(NetworkNamespace.isLive(path));
            assertFalse(NetworkNamespace.remove(path));
            assertEquals(made.id(), made.run(NetworkNamespaceTest::here));
        }
    }

    @Test
    void namespaceOfIpNetnsIsFoundByItsPath() throws Exception {
        var path = Path.of("/run/netns/wnl" + ProcessHandle.current().pid());
        run("ip", "netns", "add", path.getFileName().toString());
        try (var named = NetworkNamespace.open(path)) {
            assertNotEquals(here(), named.id());
        } finally {
            assertTrue(NetworkNamespace.remove(path));
        }
        assertFalse(Files.exists(path));
    }

    private static void run(String... command) throws Exception {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }

    @Test
    void namespaceOfAProcessIsThatOfItsPath() throws IOException {
        try (var own = NetworkNamespace.ofProcess(ProcessHandle.current().pid());
                var child = NetworkNamespace.open(own.path())) {
            assertEquals(here(), own.id());
            assertEquals(own.id(), child.id());
        }
    }

    @Test
    void whatIsNoNamespaceIsRefusedWithTheReason() throws Exception {
        var file = Files.writeString(directory.resolve("file"), "text");
        var fifo = directory.resolve("fifo");
        run("mkfifo", fifo.toString());
        assertReason(Reason.GONE, () -> NetworkNamespace.open(directory.resolve("none")));
        assertReason(Reason.GONE, () -> NetworkNamespace.open(file.resolve("below")));
        assertReason(Reason.GONE, () -> NetworkNamespace.ofProcess(Integer.MAX_VALUE));
        for (var path :
                List.of(
                        file,
                        fifo,
                        directory,
                        Path.of("/dev/null"),
                        Path.of("/proc/self/ns/mnt"))) {
            assertReason(Reason.NOT_A_NAMESPACE, () -> NetworkNamespace.open(path));
            assertFalse(NetworkNamespace.isLive(path));
        }
        assertReason(Reason.NOT_A_NAMESPACE, () -> NetworkNamespace.remove(file));
        assertTrue(Files.exists(file));
    }

    @Test
    void descriptorsAreGivenBack() throws IOException {
        int before = openDescriptors();
        for (int i = 0; i < 20; i++) {
            try (var other = NetworkNamespace.createUnnamed()) {
                other.run(NetworkNamespaceTest::here);
            }
            assertFalse(NetworkNamespace.isLive(directory));
        }
        assertTrue(openDescriptors() - before < 10, "descriptors leak");
    }

    private static int openDescriptors() throws IOException {
        try (var list = Files.list(Path.of("/proc/self/fd"))) {
            return (int) list.count();
        }
    }

    private static void assertReason(
            Reason reason, org.junit.jupiter.api.function.Executable opening) {
        assertEquals(reason, assertThrows(NamespaceException.class, opening).reason());
    }
}
