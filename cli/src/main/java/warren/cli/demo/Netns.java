// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A named network namespace, as `ip netns` knows it. Immutable.
record Netns(String name) {
    /// Makes it and has it removed at the end.
    static Netns create(String name, Cleanup cleanup) throws IOException, InterruptedException {
        Netns netns = new Netns(name);
        cleanup.later(
                () -> {
                    if (Files.exists(netns.path())) {
                        Tool.run(List.of("ip", "netns", "delete", name));
                    }
                });
        Tool.run(List.of("ip", "netns", "add", name));
        netns.ip(List.of("link set lo up"));
        return netns;
    }

    Path path() {
        return Path.of("/run/netns", name);
    }

    void ip(List<String> lines) throws IOException, InterruptedException {
        Tool.ip(name, lines);
    }

    /// The words that run a program in this network namespace. The kernel ends it with the thread
    /// that starts it, so that a demo that is killed outright leaves no process.
    List<String> inside(String... words) {
        List<String> all =
                new ArrayList<>(
                        List.of("setpriv", "--pdeathsig", "KILL", "nsenter", "--net=" + path()));
        all.add("--");
        all.addAll(List.of(words));
        return all;
    }
}
