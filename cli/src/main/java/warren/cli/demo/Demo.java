// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import warren.control.NodeStatus;
import warren.control.PeerStatus;

/// The demo's script: what is done, in order, and what is told of it. Confined to one thread.
final class Demo {
    private static final Duration CONVERGENCE_LIMIT = Duration.ofSeconds(60);
    private static final int LOG_LINES = 12;

    private final DemoOptions options;
    private final Narration tell;
    private final Cleanup cleanup;
    private final DemoResult result = new DemoResult();
    private final List<DemoNode> nodes = new ArrayList<>();
    private final List<Netns> containers = new ArrayList<>();
    /// Tells the namespaces of demos that run at the same time apart.
    private final String prefix = Leftovers.prefix();

    Demo(DemoOptions options, Narration tell, Cleanup cleanup) {
        this.options = options;
        this.tell = tell;
        this.cleanup = cleanup;
    }

    DemoResult run() throws IOException, InterruptedException {
        Leftovers.remove();
        Path directory = temporaryDirectory();
        tell.title(
                "Warren demo: "
                        + options.nodes()
                        + " nodes on this machine, nothing simulated. Each node is a network");
        tell.title("namespace with its own daemon; the machine's own network is not touched.");
        Underlay underlay = build(directory);
        long bare = withoutWarren(underlay, directory);
        formCluster();
        underlay.awaitQuietTcp();
        Capture capture =
                Capture.start(
                        underlay.lan(), Underlay.BRIDGE, directory.resolve("after.pcap"), cleanup);
        awaitEachOther();
        attachContainers();
        pingAcross();
        judge(capture);
        compare(bare);
        showStockTool();
        return result;
    }

    /// What the agents said last, for a demo that broke off.
    List<String> lastWords() {
        List<String> words = new ArrayList<>();
        for (DemoNode node : nodes) {
            for (String line : node.lastWords(LOG_LINES)) {
                words.add(node.name() + ": " + line);
            }
        }
        return words;
    }

    private Path temporaryDirectory() throws IOException {
        Path directory = Files.createTempDirectory(prefix);
        cleanup.later(() -> Leftovers.removeDirectory(directory));
        return directory;
    }

    private Underlay build(Path directory) throws IOException, InterruptedException {
        tell.step("A LAN, and " + options.nodes() + " nodes on it, each with a container");
        PrivatePlaces.prepare(cleanup);
        Underlay underlay = Underlay.create(prefix + "lan", cleanup);
        for (int i = 0; i < options.nodes(); i++) {
            Netns netns = Netns.create(prefix + nodeName(i), cleanup);
            String address = underlay.connect(netns, nodeName(i));
            nodes.add(new DemoNode(nodeName(i), netns, address, options.launcher(), directory));
            containers.add(Netns.create(prefix + containerName(i), cleanup));
        }
        for (DemoNode node : nodes) {
            node.boot(cleanup);
            tell.line("%s  %s on the LAN", node.name(), node.underlayAddress());
        }
        return underlay;
    }

    /// The control experiment; returns the bare LAN's throughput in Mbit/s.
    private long withoutWarren(Underlay underlay, Path directory)
            throws IOException, InterruptedException {
        tell.step("Without Warren: what a tap on that LAN can read");
        Netns from = nodes.get(0).netns();
        String address = nodes.get(1).underlayAddress();
        Capture capture =
                Capture.start(
                        underlay.lan(), Underlay.BRIDGE, directory.resolve("before.pcap"), cleanup);
        Ping ping = Ping.run(from, address);
        Evidence evidence = capture.stop(Ping.marker());
        result.before(evidence, capture.dropped());
        tell.line("%s$ %s %s", nodes.get(0).name(), Ping.COMMAND, address);
        tell.line(
                "   %d of %d answered, %.2f ms",
                ping.received(), ping.sent(), ping.averageMillis());
        tell.line(
                "tcpdump on the LAN: %d IP packets, \"%s\" readable in %d of them",
                evidence.ip(), Ping.MARKER, evidence.marked());
        return Throughput.measure(from, nodes.get(1).netns(), address, cleanup).megabits();
    }

    private void formCluster() throws IOException, InterruptedException {
        tell.step("The cluster: one node makes it, the others join with its token");
        for (DemoNode node : nodes) {
            node.launchAgent();
        }
        for (DemoNode node : nodes) {
            node.awaitAgent();
        }
        DemoNode first = nodes.getFirst();
        first.warren("", "init", "--name", first.name());
        tell.line("%s$ warren init", first.name());
        introduce(0);
        String token = first.warren("", "token");
        for (int i = 1; i < nodes.size(); i++) {
            DemoNode node = nodes.get(i);
            long start = System.nanoTime();
            node.warren(token, "join", "-", "--name", node.name());
            double seconds = (System.nanoTime() - start) / 1e9;
            tell.line(
                    "%s$ warren join -                  # the token on stdin; %.1f s",
                    node.name(), seconds);
            introduce(i);
        }
    }

    private void awaitEachOther() throws IOException, InterruptedException {
        double seconds =
                Await.until(
                        "every node to see every other alive", CONVERGENCE_LIMIT, this::allSeeAll);
        tell.line(
                "tcpdump listens on the LAN from here; every node sees every other alive after %.1f s",
                seconds);
    }

    private void introduce(int index) throws IOException {
        DemoNode node = nodes.get(index);
        NodeStatus status = node.client().status().node();
        if (status == null) {
            throw new DemoException(node.name() + " has joined no cluster");
        }
        result.node(node, status, containerAddress(index));
        tell.line("   WireGuard key  %s  (%s)", status.publicKey(), status.tunnel());
        tell.line("   node address   %s", status.address());
    }

    private boolean allSeeAll() throws IOException {
        for (DemoNode node : nodes) {
            List<PeerStatus> peers = node.client().peers();
            if (peers.size() != nodes.size() - 1
                    || !peers.stream().allMatch(peer -> peer.state().equals("alive"))) {
                return false;
            }
        }
        return true;
    }

    private void attachContainers() throws IOException, InterruptedException {
        tell.step("The containers");
        for (int i = 0; i < nodes.size(); i++) {
            DemoNode node = nodes.get(i);
            String netns = containers.get(i).path().toString();
            node.warren(
                    "", "attach", containerName(i), "--netns", netns, "--ip", containerAddress(i));
            tell.line(
                    "%s$ warren attach %s --ip %s",
                    node.name(), containerName(i), containerAddress(i));
        }
        if (nodes.size() == 2) {
            drawPicture();
        }
    }

    private void drawPicture() {
        tell.blank();
        tell.line("   box-a 10.100.0.2                     box-b 10.100.0.3");
        tell.line("      │                                       │");
        tell.line("   node-a  wg0 ◄────── encrypted ──────► wg0  node-b");
        tell.line(
                "   %-15s                %15s",
                nodes.get(0).underlayAddress(), nodes.get(1).underlayAddress());
    }

    private void pingAcross() throws IOException, InterruptedException {
        tell.step("From container to container, with the same marker");
        for (int i = 1; i < nodes.size(); i++) {
            Netns from = containers.getFirst();
            String address = containerAddress(i);
            double first = Ping.awaitAnswer(from, address, Duration.ofSeconds(30));
            Ping ping = Ping.run(from, address);
            result.ping(address, ping);
            tell.line("%s$ %s %s", containerName(0), Ping.COMMAND, address);
            tell.line(
                    "   %d of %d answered, %.2f ms (the first answer came after %.1f s)",
                    ping.received(), ping.sent(), ping.averageMillis(), first);
        }
    }

    private void judge(Capture capture) throws IOException, InterruptedException {
        Evidence evidence = capture.stop(Ping.marker());
        result.after(evidence, capture.dropped());
        tell.step("What the tap on the LAN saw since the join");
        tell.line("%6d  frames, %d missed by tcpdump", evidence.frames(), capture.dropped());
        tell.line(
                "%6d  IP packets from UDP 51820 to UDP 51820 in WireGuard's form: %d handshake, %d data",
                evidence.wireguard(), evidence.wireguardHandshakes(), evidence.wireguardData());
        tell.line("%6d  IP packets of any other kind", evidence.otherIp());
        tell.line("%6d  ARP frames: who has which address on the LAN, no data", evidence.arp());
        tell.line("%6d  frames of any other kind", evidence.otherFrames());
        tell.line("%6d  frames in which \"%s\" can be read", evidence.marked(), Ping.MARKER);
    }

    private void compare(long bare) throws IOException, InterruptedException {
        tell.step("Throughput: iperf3, one TCP stream");
        long overlay =
                Throughput.measure(
                                containers.get(0), containers.get(1), containerAddress(1), cleanup)
                        .megabits();
        result.throughput(bare, overlay);
        tell.line("%,9d Mbit/s  from container to container", overlay);
        tell.line(
                "%,9d Mbit/s  on the bare LAN, without encryption and without leaving the kernel",
                bare);
    }

    /// Stock `wg`, which knows nothing of Warren, asked for its own opinion.
    private void showStockTool() throws IOException, InterruptedException {
        DemoNode node = nodes.getFirst();
        Tool.Output shown = Tool.output(node.inside("wg", "show"), "", Duration.ofSeconds(10));
        if (shown.succeeded()) {
            tell.step("The stock tool on " + node.name() + ": wg show");
            shown.out().strip().lines().limit(16).forEach(line -> tell.line("%s", line));
        }
    }

    /// How to look around, for `--keep`.
    void showAround() {
        tell.blank();
        tell.title("It runs on. To look around, as root in another terminal:");
        for (DemoNode each : nodes) {
            tell.line("# %s: its peers, its tunnel, or whatever you like", each.name());
            tell.line("nsenter -t %d -m -n -p -- %s peers", each.pid(), options.launcher());
            tell.line("nsenter -t %d -m -n -p -- wg show", each.pid());
        }
        tell.line("# a container, and the tap on the LAN");
        tell.line("ip netns exec %s ping %s", containers.getFirst().name(), containerAddress(1));
        tell.line("ip netns exec %slan tcpdump -n -i %s", prefix, Underlay.BRIDGE);
    }

    private static String nodeName(int index) {
        return "node-" + letter(index);
    }

    private static String containerName(int index) {
        return "box-" + letter(index);
    }

    private static char letter(int index) {
        return (char) ('a' + index);
    }

    /// The picture's: 10.100.0.2 on the first node, 10.100.0.3 on the second.
    private static String containerAddress(int index) {
        return "10.100.0." + (2 + index);
    }
}
