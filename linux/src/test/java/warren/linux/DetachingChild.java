// SPDX-License-Identifier: Apache-2.0
package warren.linux;

import java.nio.file.Files;
import java.nio.file.Path;

/// The child process of [ProcessesTest]: says whether it came to lead a session of its own.
final class DetachingChild {
    private DetachingChild() {}

    public static void main(String[] args) throws Exception {
        Processes.detach();
        // proc_pid_stat(5): pid (comm) state ppid pgrp session
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        boolean leads = fields[3].equals(Long.toString(ProcessHandle.current().pid()));
        System.out.println(leads ? "detached" : "session " + fields[3]);
    }
}
