// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A running tcpdump. Confined to the demo's thread.
final class Capture {
    private static final Pattern DROPPED = Pattern.compile("(\\d+) packets? dropped by kernel");

    private final Process tcpdump;
    private final BufferedReader words;
    private final Path file;
    private int dropped;

    private Capture(Process tcpdump, Path file) {
        this.tcpdump = tcpdump;
        this.words = tcpdump.errorReader(StandardCharsets.UTF_8);
        this.file = file;
    }

    /// Captures whole packets of an interface; returns when tcpdump listens.
    static Capture start(Netns netns, String link, Path file, Cleanup cleanup) throws IOException {
        // -Z root: Debian's tcpdump would give up root before it opens the file, in a directory
        // that
        // only root may enter.
        Process tcpdump =
                new ProcessBuilder(
                                netns.inside(
                                        "tcpdump",
                                        "-n",
                                        "-i",
                                        link,
                                        "-s",
                                        "0",
                                        "-B",
                                        "16384",
                                        "-U",
                                        "--immediate-mode",
                                        "-Z",
                                        "root",
                                        "-w",
                                        file.toString()))
                        .start();
        cleanup.later(
                () -> {
                    tcpdump.destroyForcibly().waitFor();
                    Files.deleteIfExists(file);
                });
        Capture capture = new Capture(tcpdump, file);
        capture.awaitListening();
        return capture;
    }

    private void awaitListening() throws IOException {
        StringBuilder said = new StringBuilder();
        String line;
        while ((line = words.readLine()) != null) {
            if (line.contains("listening on")) {
                return;
            }
            said.append(line).append(' ');
        }
        throw new DemoException("tcpdump: " + said.toString().strip());
    }

    /// Ends the capture and reads it.
    Evidence stop(byte[] marker) throws IOException, InterruptedException {
        awaitWritten();
        // Not Process.destroy, which would close the stream that the counts come on.
        tcpdump.toHandle().destroy();
        String line;
        while ((line = words.readLine()) != null) {
            Matcher matcher = DROPPED.matcher(line);
            if (matcher.find()) {
                dropped = Integer.parseInt(matcher.group(1));
            }
        }
        tcpdump.waitFor(10, TimeUnit.SECONDS);
        Evidence evidence = new Evidence(marker);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            if (PcapReader.read(in, evidence::add) != PcapReader.End.COMPLETE) {
                throw new DemoException("the capture " + file + " is damaged");
            }
        }
        return evidence;
    }

    /// A packet on its way through tcpdump when it ends would be lost: waits until the file rests.
    private void awaitWritten() throws IOException, InterruptedException {
        long before = -1;
        for (int i = 0; i < 20 && before != Files.size(file); i++) {
            before = Files.size(file);
            Thread.sleep(150);
        }
    }

    /// Packets that the kernel could not hand to tcpdump; known after [#stop].
    int dropped() {
        return dropped;
    }
}
