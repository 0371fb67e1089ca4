// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Objects;
import warren.linux.errno.Errno;

/// Files and descriptors: `open(2)`, `read(2)`, `ioctl(2)`, `eventfd(2)` and their neighbours.
/// Answers are results or `-errno`. Buffers are the caller's before, during and after the call.
/// Thread-safe: no state.
public final class FileCalls {
    // <asm-generic/fcntl.h>
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    // <linux/eventfd.h>
    public static final int EFD_NONBLOCK = O_NONBLOCK;
    public static final int EFD_CLOEXEC = O_CLOEXEC;
    // <linux/stat.h>
    public static final int S_IFCHR = 0x2000;

    private static final MethodHandle open =
            Native.variadicErrnoFunction(
                    "open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle close =
            Native.errnoFunction("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle read =
            Native.errnoFunction(
                    "read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle write =
            Native.errnoFunction(
                    "write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle writev =
            Native.errnoFunction(
                    "writev", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle ioctl =
            Native.variadicErrnoFunction(
                    "ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
    private static final MethodHandle eventfd =
            Native.errnoFunction("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle mknod =
            Native.errnoFunction(
                    "mknod", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));
    private static final MethodHandle chmod =
            Native.errnoFunction("chmod", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle umask =
            Native.function("umask", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private FileCalls() {}

    /// `open(2)`: a descriptor. Every caller in this module adds [#O_CLOEXEC]. `mode` counts with
    /// [#O_CREAT] only.
    public static int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment string = arena.allocateFrom(path);
            return Outcome.repeat(state -> (int) open.invokeExact(state, string, flags, mode));
        }
    }

    /// `close(2)`, once: Linux frees the descriptor even where it answers `EINTR`, so a second call
    /// could close what another thread has just opened.
    public static int close(int fd) {
        return Outcome.once(state -> (int) close.invokeExact(state, fd));
    }

    /// `read(2)` into `length` bytes of native memory `buffer` from `offset` on. No object is made.
    public static int read(int fd, MemorySegment buffer, long offset, int length) {
        MemorySegment state = CallState.current();
        long address = address(buffer, offset, length);
        try {
            int result;
            do {
                long got = (long) read.invokeExact(state, fd, address, (long) length);
                result = (int) Outcome.of(got, state);
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Native.broken(t);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /// `write(2)` of `length` bytes of native memory `buffer` from `offset` on; may write less. No
    /// object is made.
    public static int write(int fd, MemorySegment buffer, long offset, int length) {
        MemorySegment state = CallState.current();
        long address = address(buffer, offset, length);
        try {
            int result;
            do {
                long put = (long) write.invokeExact(state, fd, address, (long) length);
                result = (int) Outcome.of(put, state);
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Native.broken(t);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /// `writev(2)` of the first `count` entries of the `iovec` array `vectors`, all of which must
    /// point into live memory. No object is made.
    public static int writev(int fd, MemorySegment vectors, int count) {
        MemorySegment state = CallState.current();
        long address = vectors.address();
        try {
            int result;
            do {
                long put = (long) writev.invokeExact(state, fd, address, count);
                result = (int) Outcome.of(put, state);
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Native.broken(t);
        } finally {
            Reference.reachabilityFence(vectors);
        }
    }

    /// `ioctl(2)` with a pointer argument.
    public static int ioctl(int fd, long request, MemorySegment argument) {
        return Outcome.repeat(state -> (int) ioctl.invokeExact(state, fd, request, argument));
    }

    /// `eventfd(2)`.
    public static int eventfd(int initial, int flags) {
        return Outcome.once(state -> (int) eventfd.invokeExact(state, initial, flags));
    }

    /// `mknod(2)`; `device` as `makedev(3)` builds it.
    public static int mknod(String path, int mode, long device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment string = arena.allocateFrom(path);
            return Outcome.once(state -> (int) mknod.invokeExact(state, string, mode, device));
        }
    }

    /// `chmod(2)`.
    public static int chmod(String path, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment string = arena.allocateFrom(path);
            return Outcome.once(state -> (int) chmod.invokeExact(state, string, mode));
        }
    }

    /// `umask(2)` of the whole process: the mask before. It cannot fail.
    public static int umask(int mask) {
        try {
            return (int) umask.invokeExact(mask);
        } catch (Throwable t) {
            throw Native.broken(t);
        }
    }

    /// `ioctl(2)` with a number in place of the pointer.
    public static int ioctl(int fd, long request, long argument) {
        MemorySegment number = MemorySegment.ofAddress(argument);
        return ioctl(fd, request, number);
    }

    /// The address of a checked range. Passing it instead of a slice saves an object per call.
    private static long address(MemorySegment buffer, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        if (!buffer.isNative() || !buffer.scope().isAlive()) {
            throw new IllegalArgumentException("not live native memory: " + buffer);
        }
        return buffer.address() + offset;
    }
}
