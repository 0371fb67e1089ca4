// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/// `tcpdump` on the bridge of a LAN, from when it listens until [#stop].
final class Capture {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path pcap;
    private final Machine.Daemon tcpdump;

    /// @param filter in the language of pcap-filter(7)
    Capture(Lan lan, String filter) {
        Path files = lan.bridge().files();
        pcap = files.resolve("wire.pcap");
        Path log = files.resolve("tcpdump.log");
        tcpdump =
                lan.bridge()
                        .start(
                                log,
                                "tcpdump",
                                "-i",
                                "br0",
                                "--immediate-mode",
                                "-U",
                                "-w",
                                pcap.toString(),
                                filter);
        Await.until(
                "tcpdump listens",
                PATIENCE,
                () -> text(log).contains("listening on"),
                () -> text(log));
    }

    /// What has been captured until now; its last record may be cut off.
    byte[] soFar() {
        return bytes(pcap);
    }

    /// Ends the capture once it holds what was awaited, or some seconds later in any case.
    ///
    /// @return the pcap file
    byte[] stop(Predicate<byte[]> complete) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Await.until(
                "the capture is complete or late",
                PATIENCE.multipliedBy(2),
                () -> complete.test(bytes(pcap)) || deadline - System.nanoTime() < 0);
        tcpdump.signal("INT");
        return bytes(pcap);
    }

    private static String text(Path file) {
        return Files.exists(file)
                ? new String(bytes(file), java.nio.charset.StandardCharsets.UTF_8)
                : "";
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
