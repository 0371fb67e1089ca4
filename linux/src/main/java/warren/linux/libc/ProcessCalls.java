// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The process and its threads: identity, signals, namespaces, mounts. Answers are results or
/// `-errno`. Thread-safe: no state here; `setns` and `unshare` change the calling thread alone, so
/// they belong on platform threads that end with the work.
public final class ProcessCalls {
    // <linux/sched.h>
    public static final int CLONE_NEWNS = 0x00020000;
    public static final int CLONE_NEWNET = 0x40000000;
    // <linux/mount.h>
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_BIND = 4096;
    public static final long MS_REC = 16384;
    public static final long MS_PRIVATE = 1 << 18;
    public static final long MS_SLAVE = 1 << 19;
    public static final long MS_SHARED = 1 << 20;
    // <linux/fs.h>
    public static final int MNT_DETACH = 2;

    private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT);
    private static final FunctionDescriptor INT_INT = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
    private static final FunctionDescriptor INT_INT_INT =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);

    private static final MethodHandle setns = Native.errnoFunction("setns", INT_INT_INT);
    private static final MethodHandle unshare = Native.errnoFunction("unshare", INT_INT);
    private static final MethodHandle mount =
            Native.errnoFunction(
                    "mount",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle umount2 =
            Native.errnoFunction("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle kill = Native.errnoFunction("kill", INT_INT_INT);
    private static final MethodHandle setsid = Native.errnoFunction("setsid", INT);
    private static final MethodHandle gettid = Native.errnoFunction("gettid", INT);
    private static final MethodHandle getuid = Native.function("getuid", INT);
    private static final MethodHandle geteuid = Native.function("geteuid", INT);

    private ProcessCalls() {}

    /// `setns(2)`: moves the calling thread.
    public static int setns(int fd, int type) {
        return Outcome.once(state -> (int) setns.invokeExact(state, fd, type));
    }

    /// `unshare(2)`: gives the calling thread namespaces of its own.
    public static int unshare(int flags) {
        return Outcome.once(state -> (int) unshare.invokeExact(state, flags));
    }

    /// `mount(2)`; empty strings stand for `NULL`.
    public static int mount(String source, String target, String type, long flags, String data) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = stringOrNull(arena, source);
            MemorySegment to = arena.allocateFrom(target);
            MemorySegment filesystem = stringOrNull(arena, type);
            MemorySegment options = stringOrNull(arena, data);
            return Outcome.once(
                    state -> (int) mount.invokeExact(state, from, to, filesystem, flags, options));
        }
    }

    /// `umount2(2)`.
    public static int umount2(String target, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment string = arena.allocateFrom(target);
            return Outcome.once(state -> (int) umount2.invokeExact(state, string, flags));
        }
    }

    /// `kill(2)`; signal 0 asks whether the process is there.
    public static int kill(int pid, int signal) {
        return Outcome.once(state -> (int) kill.invokeExact(state, pid, signal));
    }

    /// `setsid(2)`: the new session's id.
    public static int setsid() {
        return Outcome.once(state -> (int) setsid.invokeExact(state));
    }

    /// `gettid(2)`: the calling thread's id in `/proc/self/task`.
    public static int gettid() {
        return Outcome.once(state -> (int) gettid.invokeExact(state));
    }

    /// `getuid(2)`: unsigned, and never an error.
    public static int getuid() {
        try {
            return (int) getuid.invokeExact();
        } catch (Throwable t) {
            throw Native.broken(t);
        }
    }

    /// `geteuid(2)`: unsigned, and never an error.
    public static int geteuid() {
        try {
            return (int) geteuid.invokeExact();
        } catch (Throwable t) {
            throw Native.broken(t);
        }
    }

    private static MemorySegment stringOrNull(Arena arena, String string) {
        return string.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(string);
    }
}
