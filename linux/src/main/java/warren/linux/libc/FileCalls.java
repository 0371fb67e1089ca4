// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

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

    private static final SystemCall open = SystemCall.of("open");
    private static final SystemCall close = SystemCall.of("close");
    private static final SystemCall read = SystemCall.of("read");
    private static final SystemCall write = SystemCall.of("write");
    private static final SystemCall writev = SystemCall.of("writev");
    private static final SystemCall ioctl = SystemCall.of("ioctl");
    private static final SystemCall eventfd = SystemCall.of("eventfd");
    private static final SystemCall mknod = SystemCall.of("mknod");
    private static final SystemCall chmod = SystemCall.of("chmod");
    private static final CFunction umask = CFunction.of("umask");

    private FileCalls() {}

    /// `open(2)`: a descriptor. Every caller in this module adds [#O_CLOEXEC]. `mode` counts with
    /// [#O_CREAT] only.
    public static int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return open.repeat(arena.allocateFrom(path).address(), flags, mode);
        }
    }

    /// `close(2)`, once: Linux frees the descriptor even where it answers `EINTR`, so a second call
    /// could close what another thread has just opened.
    public static int close(int fd) {
        return close.once(fd);
    }

    /// `read(2)` into `length` bytes of native memory `buffer` from `offset` on. No object is made.
    public static int read(int fd, MemorySegment buffer, long offset, int length) {
        try {
            return read.repeat(fd, Native.address(buffer, offset, length), length);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /// `write(2)` of `length` bytes of native memory `buffer` from `offset` on; may write less. No
    /// object is made.
    public static int write(int fd, MemorySegment buffer, long offset, int length) {
        try {
            return write.repeat(fd, Native.address(buffer, offset, length), length);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /// `writev(2)` of the first `count` entries of the `iovec` array `vectors`, all of which must
    /// point into live memory. No object is made.
    public static int writev(int fd, MemorySegment vectors, int count) {
        try {
            return writev.repeat(fd, Native.address(vectors), count);
        } finally {
            Reference.reachabilityFence(vectors);
        }
    }

    /// `ioctl(2)` with a pointer argument.
    public static int ioctl(int fd, long request, MemorySegment argument) {
        try {
            return ioctl.repeat(fd, request, Native.address(argument));
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    /// `ioctl(2)` with a number in place of the pointer.
    public static int ioctl(int fd, long request, long argument) {
        return ioctl.repeat(fd, request, argument);
    }

    /// `eventfd(2)`.
    public static int eventfd(int initial, int flags) {
        return eventfd.once(initial, flags);
    }

    /// `mknod(2)`; `device` as `makedev(3)` builds it.
    public static int mknod(String path, int mode, long device) {
        try (Arena arena = Arena.ofConfined()) {
            return mknod.once(arena.allocateFrom(path).address(), mode, device);
        }
    }

    /// `chmod(2)`.
    public static int chmod(String path, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return chmod.once(arena.allocateFrom(path).address(), mode);
        }
    }

    /// `umask(2)` of the whole process: the mask before. It cannot fail.
    public static int umask(int mask) {
        return (int) umask.call(mask);
    }
}
