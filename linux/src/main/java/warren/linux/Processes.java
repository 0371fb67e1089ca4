// SPDX-License-Identifier: Apache-2.0
package warren.linux;

import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.FileCalls;
import warren.linux.libc.Outcome;
import warren.linux.libc.ProcessCalls;

/// What Java cannot say about processes. Thread-safe: no state here, but [#fileModeMask] is the
/// whole process's.
///
/// A closed pipe or socket shows as `EPIPE`: the JVM ignores `SIGPIPE`, and so does every process
/// it starts.
public final class Processes {
    public static final int SIGTERM = 15;
    public static final int SIGKILL = 9;

    private Processes() {}

    /// Leaves the terminal's session (`setsid(2)`), so that neither its hang-up nor its Ctrl-C
    /// reaches this process any more. A child that was started in the background calls it first
    /// thing. A process that leads its group (a shell's job) cannot: that is `EPERM`.
    public static void detach() throws ErrnoException {
        Outcome.check(ProcessCalls.setsid(), "setsid");
    }

    /// Sends a signal: false where no such process is.
    public static boolean signal(int pid, int signal) throws ErrnoException {
        int result = ProcessCalls.kill(pid, signal);
        if (result == -Errno.ESRCH) {
            return false;
        }
        Outcome.check(result, "kill", pid);
        return true;
    }

    /// Whether the process has root's rights over files.
    public static boolean isRoot() {
        return ProcessCalls.geteuid() == 0;
    }

    public static int effectiveUserId() {
        return ProcessCalls.geteuid();
    }

    /// Takes `mask` away from the mode of files and sockets made from now on (`umask(2)`): the mask
    /// before. It holds for all threads, so a daemon sets it once, at its start.
    public static int fileModeMask(int mask) {
        return FileCalls.umask(mask);
    }
}
