// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import warren.control.NodeStatus;

/// What the demo found, collected as it goes; `--json` prints it. Confined to the demo's thread.
final class DemoResult {
    private record Found(DemoNode node, NodeStatus status, String container) {}

    private final List<Found> nodes = new ArrayList<>();
    private final ObjectNode pings = JsonNodeFactory.instance.objectNode();
    private final List<String> doubts = new ArrayList<>();
    private @Nullable ObjectNode before;
    private @Nullable ObjectNode after;
    private long underlayMegabits;
    private long overlayMegabits;

    void node(DemoNode node, NodeStatus status, String container) {
        nodes.add(new Found(node, status, container));
    }

    void ping(String target, Ping ping) {
        pings.putObject(target)
                .put("sent", ping.sent())
                .put("received", ping.received())
                .put("averageMillis", ping.averageMillis());
        doubtUnless(ping.lostNothing(), "pings to " + target + " were lost");
    }

    /// The control: without Warren the marker must be readable, or finding none later proves
    /// nothing.
    void before(Evidence evidence, int dropped) {
        before = tree(evidence, dropped);
        doubtUnless(evidence.marked() > 0, "the marker was not found where it must be");
    }

    void after(Evidence evidence, int dropped) {
        after = tree(evidence, dropped);
        doubtUnless(evidence.wireguardData() > 0, "the capture holds no WireGuard data");
        doubtUnless(
                evidence.otherIp() == 0, evidence.otherIp() + " IP packets are not WireGuard's");
        doubtUnless(
                evidence.otherFrames() == 0,
                evidence.otherFrames() + " frames are neither IP nor ARP");
        doubtUnless(evidence.marked() == 0, "the marker is readable on the LAN");
    }

    void throughput(long underlay, long overlay) {
        underlayMegabits = underlay;
        overlayMegabits = overlay;
    }

    /// What speaks against the demo's claims; empty where all of them held.
    List<String> doubts() {
        return List.copyOf(doubts);
    }

    String json() {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("ok", doubts.isEmpty());
        ArrayNode reasons = tree.putArray("problems");
        doubts.forEach(reasons::add);
        ArrayNode all = tree.putArray("nodes");
        for (Found found : nodes) {
            all.addObject()
                    .put("name", found.status().name())
                    .put("id", found.status().id())
                    .put("address", found.status().address())
                    .put("publicKey", found.status().publicKey())
                    .put("tunnel", found.status().tunnel())
                    .put("underlay", found.node().underlayAddress())
                    .put("container", found.container());
        }
        tree.set("pings", pings);
        tree.set("captureWithoutWarren", before == null ? tree.nullNode() : before);
        tree.set("captureAfterJoin", after == null ? tree.nullNode() : after);
        tree.putObject("throughputMbit")
                .put("underlay", underlayMegabits)
                .put("containers", overlayMegabits);
        return JsonMapper.shared().writeValueAsString(tree);
    }

    /// The one answer of a demo that broke off.
    static String failureJson(String why) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("ok", false);
        tree.putArray("problems").add(why);
        return JsonMapper.shared().writeValueAsString(tree);
    }

    private static ObjectNode tree(Evidence evidence, int dropped) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("frames", evidence.frames())
                .put("ipPackets", evidence.ip())
                .put("wireguard", evidence.wireguard())
                .put("wireguardHandshakes", evidence.wireguardHandshakes())
                .put("wireguardData", evidence.wireguardData())
                .put("otherIp", evidence.otherIp())
                .put("arp", evidence.arp())
                .put("otherFrames", evidence.otherFrames())
                .put("withMarker", evidence.marked())
                .put("droppedByCapture", dropped);
    }

    private void doubtUnless(boolean holds, String doubt) {
        if (!holds) {
            doubts.add(doubt);
        }
    }
}
