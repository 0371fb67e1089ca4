// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.testing.LeakCheck;

@ExtendWith(LeakCheck.class)
final class CallsTest {
    @Test
    void aFailedCallAnswersItsNegativeErrno() {
        assertEquals(-Errno.ENOENT, FileCalls.open("/no/such/file", FileCalls.O_RDONLY, 0));
        assertEquals(-Errno.EBADF, FileCalls.close(-1));
        assertEquals(-Errno.ENODEV, SocketCalls.if_nametoindex("wionone"));
    }

    @Test
    void variadicArgumentsArrive(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("file");
        int flags = FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_RDWR | FileCalls.O_CLOEXEC;
        int fd = Outcome.check(FileCalls.open(file.toString(), flags, 0b110_000_000), "open");
        assertEquals(0, FileCalls.close(fd));
        assertEquals("rw-------", modeOf(file));
        assertEquals(0, FileCalls.chmod(file.toString(), 0b100_000_000));
        assertEquals("r--------", modeOf(file));
    }

    @Test
    void readsAndWritesAtOffsetsOfABuffer(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("file");
        int flags = FileCalls.O_CREAT | FileCalls.O_RDWR | FileCalls.O_CLOEXEC;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom("hello, kernel");
            int out = FileCalls.open(file.toString(), flags, 0b110_000_000);
            assertEquals(6, FileCalls.write(out, buffer, 7, 6));
            FileCalls.close(out);
            assertEquals("kernel", Files.readString(file));

            int in = FileCalls.open(file.toString(), FileCalls.O_RDONLY, 0);
            assertEquals(6, FileCalls.read(in, buffer, 0, 13));
            assertEquals("kernel kernel", buffer.getString(0).replace(", ", " ").substring(0, 13));
            FileCalls.close(in);
        }
    }

    @Test
    void refusesARangeOutsideTheBufferAndHeapMemory() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(8);
            assertThrows(IndexOutOfBoundsException.class, () -> FileCalls.read(0, buffer, 1, 8));
        }
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);
        assertThrows(IllegalArgumentException.class, () -> FileCalls.write(1, heap, 0, 8));
    }

    @Test
    void refusesABufferWhoseArenaIsClosed() {
        MemorySegment gone;
        try (Arena arena = Arena.ofConfined()) {
            gone = arena.allocate(8);
        }
        assertThrows(IllegalArgumentException.class, () -> FileCalls.write(1, gone, 0, 8));
    }

    @Test
    void threadsDoNotSeeEachOthersErrors() throws Exception {
        int rounds = 20_000;
        var start = new CyclicBarrier(2);
        try (var threads = Executors.newFixedThreadPool(2)) {
            Future<Integer> missing =
                    threads.submit(
                            () -> {
                                start.await();
                                return wrongAnswers(rounds, "/no/such/file", Errno.ENOENT);
                            });
            Future<Integer> notDirectory =
                    threads.submit(
                            () -> {
                                start.await();
                                return wrongAnswers(rounds, "/dev/null/x", 20); // ENOTDIR
                            });
            assertEquals(0, missing.get());
            assertEquals(0, notDirectory.get());
        }
    }

    private static int wrongAnswers(int rounds, String path, int errno) {
        int wrong = 0;
        for (int i = 0; i < rounds; i++) {
            if (FileCalls.open(path, FileCalls.O_RDONLY, 0) != -errno) {
                wrong++;
            }
        }
        return wrong;
    }

    @Test
    void anErrorSaysWhatFailedOnWhatAndWhy() {
        var e =
                assertThrows(
                        ErrnoException.class,
                        () -> Outcome.check(-Errno.EPERM, "ioctl TUNSETIFF", "wg0"));
        assertEquals(Errno.EPERM, e.errno());
        assertEquals("ioctl TUNSETIFF wg0: EPERM (operation not permitted)", e.getMessage());
    }

    @Test
    void aMissingLibraryIsNotFoundAndAPresentOneIs() {
        assertTrue(Native.load(List.of("libwio-none.so")).isEmpty());
        var library = Native.load(List.of("libwio-none.so", "libc.so.6")).orElseThrow();
        assertEquals("libc.so.6", library.name());
        CFunction getpid = library.function("getpid").orElseThrow();
        assertEquals(ProcessHandle.current().pid(), getpid.call());
        assertFalse(library.function("wio_none").isPresent());
    }

    @Test
    void aThreadKnowsItsIdAmongTheProcessesTasks() {
        assertTrue(Files.exists(Path.of("/proc/self/task/" + ProcessCalls.gettid())));
        assertEquals(0, ProcessCalls.kill((int) ProcessHandle.current().pid(), 0));
    }

    @Test
    void socketOptionsAreSetAndRead() throws Exception {
        int type = SocketCalls.SOCK_DGRAM | SocketCalls.SOCK_CLOEXEC;
        int fd = Outcome.check(SocketCalls.socket(SocketCalls.AF_INET, type, 0), "socket");
        int level = SocketCalls.SOL_SOCKET;
        assertEquals(0, SocketCalls.setsockopt(fd, level, SocketCalls.SO_RCVBUF, 8192));
        assertEquals(16384, SocketCalls.getsockopt(fd, level, SocketCalls.SO_RCVBUF));
        assertEquals(0, FileCalls.close(fd));
    }

    @Test
    void aDatagramGoesFromSendtoToRecv() throws Exception {
        int type = SocketCalls.SOCK_DGRAM | SocketCalls.SOCK_CLOEXEC;
        int fd = Outcome.check(SocketCalls.socket(SocketCalls.AF_INET, type, 0), "socket");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(Structs.sockaddr_in);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) SocketCalls.AF_INET);
            address.set(Structs.NET_INT, 4, 0x7f00_0001);
            assertEquals(0, SocketCalls.bind(fd, address));
            assertEquals(16, SocketCalls.getsockname(fd, address));
            MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, new byte[] {1, 2, 3});
            assertEquals(3, SocketCalls.sendto(fd, data, 0, address));
            MemorySegment got = arena.allocate(16);
            assertEquals(3, SocketCalls.recv(fd, got, 0));
            assertArrayEquals(
                    new byte[] {1, 2, 3}, got.asSlice(0, 3).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(-Errno.EAGAIN, SocketCalls.recv(fd, got, SocketCalls.MSG_DONTWAIT));
        } finally {
            FileCalls.close(fd);
        }
    }

    private static String modeOf(Path file) throws Exception {
        return java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(file));
    }
}
