// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// `ping` twenty times a second from a container to an address, while something happens that must
/// cost no packet.
final class SteadyPing {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int SOME = 20;

    private final Path log;
    private final Machine.Daemon ping;

    /// Pings, and some have been answered.
    SteadyPing(WarrenNode from, String container, String address) {
        log = from.machine().files().resolve("ping-" + System.nanoTime());
        ping =
                from.machine()
                        .start(
                                log, "ip", "netns", "exec", container, "ping", "-i", "0.05",
                                address);
        awaitMore();
    }

    private void awaitMore() {
        int enough = answered().size() + SOME;
        Await.until("pings are answered", PATIENCE, () -> answered().size() >= enough, this::text);
    }

    /// Ends it after some more answers.
    ///
    /// @return the numbers of pings without an answer before the last that has one: those sent
    ///     after it were on their way
    List<Integer> unanswered() {
        awaitMore();
        ping.signal("INT");
        NavigableSet<Integer> answered = answered();
        return IntStream.rangeClosed(1, answered.last())
                .filter(number -> !answered.contains(number))
                .boxed()
                .toList();
    }

    private NavigableSet<Integer> answered() {
        NavigableSet<Integer> numbers = new TreeSet<>();
        text().lines()
                .filter(line -> line.matches(".*icmp_seq=[0-9]+ ttl=.*"))
                .forEach(
                        line ->
                                numbers.add(
                                        Integer.valueOf(
                                                line.replaceFirst(
                                                        ".*icmp_seq=([0-9]+) .*", "$1"))));
        return numbers;
    }

    private String text() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
