// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import warren.linux.namespace.TestNamespace;
import warren.linux.route.NetworkMonitor.Topic;
import warren.linux.testing.LeakCheck;

/// Events of the kernel, caused by `ip`.
@Tag("root")
@ExtendWith(LeakCheck.class)
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetworkMonitorTest {
    private TestNamespace here;

    @BeforeEach
    void openNamespace() throws IOException {
        here = TestNamespace.create();
    }

    @AfterEach
    void closeNamespace() {
        here.close();
    }

    @Test
    void tellsTheLifeOfALink() throws IOException {
        try (var monitor = NetworkMonitor.open(here.namespace(), Set.of(Topic.LINKS))) {
            here.ip("link add wnl0 type bridge");
            here.ip("link set wnl0 mtu 1400");
            here.ip("link set wnl0 up");
            here.ip("link del wnl0");
            var seen = new ArrayList<String>();
            NetworkEvent event;
            do {
                event = monitor.receive();
                seen.add(describe(event));
            } while (!(event instanceof NetworkEvent.LinkRemoved));
            var inOrder = seen.stream().distinct().toList();
            assertEquals(
                    List.of(
                            "wnl0 1500 down",
                            "wnl0 1400 down",
                            "wnl0 1400 up",
                            "wnl0 1400 down",
                            "wnl0 removed"),
                    withoutRepeats(seen),
                    inOrder.toString());
        }
    }

    @Test
    void announcesTheLinksThatAreThereAndThenTellsWhatChanges() throws IOException {
        for (int i = 0; i < 40; i++) { // more than the kernel puts into one message
            here.ip("link add wnl" + i + " type bridge");
        }
        try (var monitor = NetworkMonitor.open(here.namespace(), Set.of(Topic.LINKS))) {
            monitor.announceLinks();
            here.ip("link set wnl7 mtu 1234");
            var seen = new ArrayList<String>();
            while (seen.stream().noneMatch(line -> line.startsWith("wnl39 "))
                    || !seen.contains("wnl7 1234 down")) {
                seen.add(describe(monitor.receive()));
            }
            assertEquals("lo", seen.getFirst().substring(0, 2));
            for (int i = 0; i < 40; i++) {
                String name = "wnl" + i + " ";
                assertTrue(seen.stream().anyMatch(line -> line.startsWith(name)), name);
            }
        }
    }

    private static String describe(NetworkEvent event) {
        return switch (event) {
            case NetworkEvent.LinkChanged(var link) ->
                    link.name() + " " + link.mtu() + (link.up() ? " up" : " down");
            case NetworkEvent.LinkRemoved(var link) -> link.name() + " removed";
            default -> event.toString();
        };
    }

    private static List<String> withoutRepeats(List<String> lines) {
        var out = new ArrayList<String>();
        for (var line : lines) {
            if (out.isEmpty() || !out.getLast().equals(line)) {
                out.add(line);
            }
        }
        return out;
    }

    @Test
    void leavingABridgeIsNotTheRemovalOfTheLink() throws IOException {
        here.ip("link add wnlbr type bridge");
        here.ip("link add wnl0 type veth peer name wnl1");
        here.ip("link set wnl0 master wnlbr");
        try (var monitor =
                NetworkMonitor.open(here.namespace(), EnumSet.of(Topic.LINKS, Topic.NEIGHBOURS))) {
            here.ip("link set wnl0 nomaster");
            here.ip("link set wnl1 mtu 1234");
            NetworkEvent event;
            do {
                event = monitor.receive();
                assertInstanceOf(NetworkEvent.LinkChanged.class, event);
            } while (((NetworkEvent.LinkChanged) event).link().mtu() != 1234);
        }
    }

    @Test
    void tellsOfEveryTopic() throws IOException {
        here.ip("link add wnl0 type bridge");
        here.ip("link set wnl0 up");
        try (var monitor = NetworkMonitor.open(here.namespace(), EnumSet.allOf(Topic.class))) {
            here.ip("addr add 192.0.2.1/24 dev wnl0");
            here.ip("route add 10.100.0.0/16 dev wnl0");
            here.ip("rule add to 10.100.0.0/16 lookup 5100 priority 100");
            here.ip("neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev wnl0");
            here.ip("neigh del 192.0.2.2 dev wnl0");
            here.ip("rule del priority 100");
            here.ip("route del 10.100.0.0/16");
            here.ip("addr del 192.0.2.1/24 dev wnl0");
            here.ip("link del wnl0");
            var kinds = new ArrayList<Class<?>>();
            NetworkEvent event;
            do {
                event = monitor.receive();
                kinds.add(event.getClass());
            } while (!(event instanceof NetworkEvent.LinkRemoved));
            assertTrue(
                    kinds.containsAll(
                            List.of(
                                    NetworkEvent.AddressChanged.class,
                                    NetworkEvent.AddressRemoved.class,
                                    NetworkEvent.RouteChanged.class,
                                    NetworkEvent.RouteRemoved.class,
                                    NetworkEvent.RuleChanged.class,
                                    NetworkEvent.RuleRemoved.class,
                                    NetworkEvent.NeighbourChanged.class,
                                    NetworkEvent.NeighbourRemoved.class)),
                    kinds.toString());
            assertFalse(kinds.contains(NetworkEvent.Resync.class));
        }
    }

    @Test
    void closeWakesWhoWaits() throws Exception {
        var monitor = NetworkMonitor.open(here.namespace(), Set.of(Topic.LINKS));
        var waiting = new FutureTask<>(monitor::receive);
        var thread = Thread.ofPlatform().name("wnl-waiting").start(waiting);
        while (thread.getState() != Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        monitor.close();
        assertNull(waiting.get(10, TimeUnit.SECONDS));
        assertNull(monitor.receive());
        monitor.close();
    }

    @Test
    void lostEventsAreAResyncAndTheMonitorGoesOn() throws IOException {
        here.ip("link add wnl0 type bridge");
        var small = here.namespace().run(() -> NetworkMonitor.open(Set.of(Topic.LINKS), 1 << 15));
        try (small;
                var rtnetlink = Rtnetlink.open(here.namespace())) {
            int link = rtnetlink.link("wnl0").index();
            for (int i = 0; i < 150; i++) {
                rtnetlink.linkSet(link, LinkSettings.NONE.withMtu(1300 + i));
            }
            NetworkEvent event;
            do {
                event = small.receive();
            } while (event != NetworkEvent.Resync.OVERFLOW);

            rtnetlink.linkSet(link, LinkSettings.NONE.withMtu(1234));
            do {
                event = small.receive();
            } while (!(event instanceof NetworkEvent.LinkChanged(var changed)
                    && changed.mtu() == 1234));
        }
    }
}
