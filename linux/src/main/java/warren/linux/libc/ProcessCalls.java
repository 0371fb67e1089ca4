// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import java.lang.foreign.Arena;

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

    private static final SystemCall setns = SystemCall.of("setns");
    private static final SystemCall unshare = SystemCall.of("unshare");
    private static final SystemCall mount = SystemCall.of("mount");
    private static final SystemCall umount2 = SystemCall.of("umount2");
    private static final SystemCall kill = SystemCall.of("kill");
    private static final SystemCall setsid = SystemCall.of("setsid");
    private static final SystemCall gettid = SystemCall.of("gettid");
    private static final CFunction getuid = CFunction.of("getuid");
    private static final CFunction geteuid = CFunction.of("geteuid");

    private ProcessCalls() {}

    /// `setns(2)`: moves the calling thread.
    public static int setns(int fd, int type) {
        return setns.once(fd, type);
    }

    /// `unshare(2)`: gives the calling thread namespaces of its own.
    public static int unshare(int flags) {
        return unshare.once(flags);
    }

    /// `mount(2)`; empty strings stand for `NULL`.
    public static int mount(String source, String target, String type, long flags, String data) {
        try (Arena arena = Arena.ofConfined()) {
            return mount.once(
                    stringOrNull(arena, source),
                    arena.allocateFrom(target).address(),
                    stringOrNull(arena, type),
                    flags,
                    stringOrNull(arena, data),
                    0);
        }
    }

    /// `umount2(2)`.
    public static int umount2(String target, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return umount2.once(arena.allocateFrom(target).address(), flags);
        }
    }

    /// `kill(2)`; signal 0 asks whether the process is there.
    public static int kill(int pid, int signal) {
        return kill.once(pid, signal);
    }

    /// `setsid(2)`: the new session's id.
    public static int setsid() {
        return setsid.once();
    }

    /// `gettid(2)`: the calling thread's id in `/proc/self/task`.
    public static int gettid() {
        return gettid.once();
    }

    /// `getuid(2)`: unsigned, and never an error.
    public static int getuid() {
        return (int) getuid.call();
    }

    /// `geteuid(2)`: unsigned, and never an error.
    public static int geteuid() {
        return (int) geteuid.call();
    }

    private static long stringOrNull(Arena arena, String string) {
        return string.isEmpty() ? 0 : arena.allocateFrom(string).address();
    }
}
