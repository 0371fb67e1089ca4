// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the demo reads off the programs that it runs.
final class ToolOutputTest {
    @Test
    void readsPingsWithAndWithoutLoss() throws DemoException {
        Ping whole =
                Ping.parse(
                        """
                        5 packets transmitted, 5 received, 0% packet loss, time 812ms
                        rtt min/avg/max/mdev = 0.312/0.417/0.611/0.104 ms
                        """);
        assertEquals(new Ping(5, 5, 0.417), whole);
        assertTrue(whole.lostNothing());
        Ping lost = Ping.parse("5 packets transmitted, 0 received, 100% packet loss, time 812ms");
        assertEquals(new Ping(5, 0, 0), lost);
        assertFalse(lost.lostNothing());
        assertThrows(
                DemoException.class, () -> Ping.parse("ping: connect: Network is unreachable"));
    }

    @Test
    void readsIperfsFigureOrItsComplaint() throws DemoException {
        assertEquals(
                1235,
                Throughput.parse("{\"end\":{\"sum_received\":{\"bits_per_second\":1.2346e9}}}")
                        .megabits());
        DemoException refused =
                assertThrows(
                        DemoException.class,
                        () -> Throughput.parse("{\"error\":\"unable to connect\"}"));
        assertEquals("iperf3: unable to connect", refused.getMessage());
        assertThrows(DemoException.class, () -> Throughput.parse("{}"));
        assertThrows(DemoException.class, () -> Throughput.parse("iperf3: error"));
    }

    @Test
    void aConnectionThatWaitsOutItsLastSecondsIsNotLive() {
        String head = "  sl  local_address rem_address   st tx_queue\n";
        assertFalse(Underlay.hasLiveTcp(head));
        assertFalse(Underlay.hasLiveTcp(head + "   0: 00000000:CA6D 00000000:0000 0A 0:0\n"));
        assertFalse(Underlay.hasLiveTcp(head + "   0: 0B32A8C0:CA6D 0C32A8C0:8000 06 0:0\n"));
        assertTrue(Underlay.hasLiveTcp(head + "   0: 0B32A8C0:CA6D 0C32A8C0:8000 01 0:0\n"));
    }

    @Test
    void aProgramsLastWordsAreTheReason() throws IOException, InterruptedException {
        Tool.Output output =
                Tool.output(
                        List.of("sh", "-c", "echo noise >&2; echo why >&2; exit 3"),
                        "",
                        Duration.ofSeconds(9));
        DemoException refused = assertThrows(DemoException.class, output::orThrow);
        assertTrue(refused.getMessage().endsWith(": why"), refused.getMessage());
    }

    @Test
    void aProgramThatNeverEndsIsEnded() {
        assertThrows(
                DemoException.class,
                () -> Tool.output(List.of("sleep", "600"), "", Duration.ofMillis(50)));
    }

    @Test
    void everythingIsCleanedUpNewestFirstWhateverFails() {
        Cleanup cleanup = new Cleanup();
        List<String> done = new ArrayList<>();
        cleanup.later(() -> done.add("first"));
        cleanup.later(
                () -> {
                    throw new IOException("stuck");
                });
        cleanup.later(() -> done.add("last"));
        assertEquals(List.of("stuck"), cleanup.run());
        assertEquals(List.of("last", "first"), done);
        assertEquals(List.of(), cleanup.run());
    }
}
