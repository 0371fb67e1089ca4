// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.testing.PrivateNetwork;
import warren.linux.tun.Tun;
import warren.wireguard.PrivateKey;
import warren.wireguard.X25519;

/// Devices with several queues: whatever loop a packet passes, its flow arrives whole and in order.
class QueuesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int QUEUES = 4;
    private static final int SENDERS = 4;
    private static final int FLOWS = 32;
    private static final int IN_A_ROW = 4;
    private static final int ROUNDS = 60;
    private static final int MARK = 8;
    private static final int PAYLOAD_MAX = 1300;
    private static final int SPOKES = 8;
    private static final int STREAMS = 8;
    private static final int STREAM_BYTES = 2 << 20;
    private static final int PATIENCE_MILLIS = 10_000;
    private static final String A = "wtnqa";
    private static final String B = "wtnqb";

    @TempDir Path directory;

    @Test
    void theCoresDecideUnlessADeveloperDoes() {
        assertEquals(1, Queues.wanted(null, 1));
        assertEquals(1, Queues.wanted(null, 3));
        assertEquals(2, Queues.wanted(null, 4));
        assertEquals(3, Queues.wanted(null, 7));
        assertEquals(8, Queues.wanted(null, 16));
        assertEquals(8, Queues.wanted(null, 128));
        assertEquals(1, Queues.wanted("1", 128));
        assertEquals(32, Queues.wanted("32", 1));
        assertEquals(1, Queues.wanted("shared", 128));
        assertTrue(Queues.areShared(null, 1));
        assertTrue(Queues.areShared(null, 2));
        assertFalse(Queues.areShared(null, 3));
        assertTrue(Queues.areShared("shared", 128));
        assertFalse(Queues.areShared("1", 1));
        for (String wrong :
                new String[] {"", "0", "33", "100", "-1", "four", "4 ", "04", "99999"}) {
            assertThrows(IllegalArgumentException.class, () -> Queues.wanted(wrong, 4), wrong);
        }
    }

    @Test
    @Tag("root")
    @Timeout(120)
    void whereTheKernelDoesNotGiveSoManyThereIsOne() throws Exception {
        try (PrivateNetwork network = PrivateNetwork.create("wtnq-one")) {
            int beyond = 200; // an interface has 256, of which each of ours takes two
            try (Tun tun = network.call(() -> Queues.open(A, Offloads.ALL, beyond))) {
                assertEquals(1, tun.queues().size());
                assertEquals(A, tun.name());
                assertTrue(tun.hasHeader());
                network.run(
                        () -> {
                            var e =
                                    assertThrows(
                                            ErrnoException.class,
                                            () -> Queues.open(A, Offloads.ALL, QUEUES));
                            assertEquals(Errno.EBUSY, e.errno());
                        });
            }
        }
    }

    @Test
    @Tag("root")
    @Timeout(120)
    void everyFlowArrivesWholeAndInOrder() throws Exception {
        try (PrivateNetwork left = PrivateNetwork.create("wtnq-left");
                PrivateNetwork right = PrivateNetwork.create("wtnq-right")) {
            connect(left, right);
            try (UserspaceDevice a = left.call(() -> device(A, QUEUES));
                    UserspaceDevice b = right.call(() -> device(B, QUEUES))) {
                configure(left, A, 1);
                configure(right, B, 2);
                datagrams(left, right);
                streams(left, right);
                assertEquals(List.of(true, true), List.of(a.isRunning(), b.isRunning()));
            }
        }
    }

    @Test
    @Tag("root")
    @Timeout(120)
    void aPeerThatRoamsFromLoopToLoopKeepsItsOrder() throws Exception {
        try (PrivateNetwork left = PrivateNetwork.create("wtnq-left");
                PrivateNetwork right = PrivateNetwork.create("wtnq-right")) {
            connect(left, right);
            try (UserspaceDevice _ = left.call(() -> device(A, QUEUES));
                    UserspaceDevice _ = right.call(() -> device(B, QUEUES))) {
                configure(left, A, 1);
                configure(right, B, 2);
                UapiClient roaming = new UapiClient(directory.resolve("sockets/" + A + ".sock"));
                int[] next = new int[FLOWS];
                try (Flows flows = new Flows(List.of(left), right)) {
                    flows.exchange(next, 1);
                    Map<String, Long> before = processorTime(B + "-rx");
                    for (int port = 52000; port < 52032; port++) {
                        roaming.set(DeviceConfig.unchanged().withListenPort(port));
                        flows.exchange(next, 1);
                    }
                    assertTrue(busy(before, B + "-rx") > 1, "one loop received everything");
                }
            }
        }
    }

    /// Each peer has a sender's address of its own, so they meet several loops at once.
    @Test
    @Tag("root")
    @Timeout(120)
    void manyPeersAreReceivedBySeveralLoops() throws Exception {
        List<PrivateNetwork> spokes = new ArrayList<>();
        List<UserspaceDevice> devices = new ArrayList<>();
        try (PrivateNetwork hub = PrivateNetwork.create("wtnq-hub")) {
            List<PeerConfig> peers = new ArrayList<>();
            devices.add(hub.call(() -> device(B, QUEUES)));
            for (int i = 1; i <= SPOKES; i++) {
                PrivateNetwork spoke = PrivateNetwork.create("wtnq-spoke" + i);
                spokes.add(spoke);
                connect(spoke, hub, "192.0." + i + ".", i);
                String name = A + i;
                devices.add(spoke.call(() -> device(name, 1)));
                PeerConfig toHub = peer(2, "192.0." + i + ".2", "10.9.0.2/32");
                configure(spoke, name, 10 + i, "10.9.1." + i + "/16", List.of(toHub));
                peers.add(peer(10 + i, "192.0." + i + ".1", "10.9.1." + i + "/32"));
            }
            configure(hub, B, 2, "10.9.0.2/16", peers);
            try (Flows flows = new Flows(spokes, hub)) {
                int[] next = new int[FLOWS];
                flows.exchange(next, 1);
                Map<String, Long> before = processorTime(B + "-rx");
                flows.exchange(next, ROUNDS);
                assertTrue(busy(before, B + "-rx") > 1, "one loop received everything");
            }
            assertTrue(devices.stream().allMatch(UserspaceDevice::isRunning));
        } finally {
            for (UserspaceDevice device : devices) {
                device.close();
            }
            spokes.forEach(PrivateNetwork::close);
        }
    }

    /// Against one that has a single socket and sends from it.
    @Test
    @Tag("root")
    @Timeout(120)
    void wireguardGoUnderstandsIt() throws Exception {
        try (TestPair pair = TestPair.create(directory)) {
            pair.a.startTunnel(TestPair.TUNNEL, Queues.VARIABLE + "=" + QUEUES);
            pair.b.startWireguardGo(TestPair.TUNNEL);
            pair.configure(4);
            pair.a.run("ping -c 2 -i 0.2 -W 5 10.9.0.2");
            iperf(pair, 5201, "-c 10.9.0.2 -n 8M -P 8");
            iperf(pair, 5202, "-c fd09::2 -n 8M -P 8 -R");
            iperf(pair, 5203, "-u -b 20M -n 512K -P 4 -c 10.9.0.2");
            assertEquals(2 * QUEUES, sockets(pair, 51820)); // of both families
            pair.a.run("wg set wtn0 listen-port 51999 fwmark 7");
            assertEquals(0, sockets(pair, 51820));
            assertEquals(2 * QUEUES, sockets(pair, 51999));
            pair.a.run("ping -c 2 -i 0.2 -W 5 10.9.0.2");
            String log = pair.a.log("wtn0.log");
            assertTrue(log.contains(" queues=" + QUEUES + " "), log);
            assertFalse(log.contains("Exception"), log);
        }
    }

    private static long sockets(TestPair pair, int port) throws Exception {
        return pair.a.run("ss -aunH").lines().filter(line -> line.contains(":" + port)).count();
    }

    private static void iperf(TestPair pair, int port, String options) throws Exception {
        pair.b.start("iperf" + port + ".log", "iperf3", "-s", "-1", "-p", Integer.toString(port));
        String[] isListening = {"sh", "-c", "ss -ltnH | grep -q :" + port};
        TestNode.await("iperf3 to listen", () -> pair.b.succeeds(isListening));
        pair.a.run("iperf3 -p " + port + " " + options);
    }

    private static void datagrams(PrivateNetwork left, PrivateNetwork right) throws Exception {
        try (Flows flows = new Flows(List.of(left), right)) {
            int[] next = new int[FLOWS];
            flows.exchange(next, 1);
            Map<String, Long> before = processorTime(A + "-tx");
            flows.exchange(next, ROUNDS);
            assertEquals(QUEUES, busy(before, A + "-tx"), "loops that sent");
        }
    }

    /// As many streams at once, each of its own bytes.
    private static void streams(PrivateNetwork left, PrivateNetwork right) throws Exception {
        try (ServerSocketChannel server =
                        right.call(
                                () ->
                                        ServerSocketChannel.open()
                                                .bind(new InetSocketAddress("10.9.0.2", 7)));
                ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Callable<Boolean>> ends = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                byte[] bytes = new byte[STREAM_BYTES];
                new Random(i).nextBytes(bytes);
                SocketChannel out = left.call(() -> SocketChannel.open(server.getLocalAddress()));
                SocketChannel in = server.accept();
                ends.add(() -> send(out, bytes));
                ends.add(() -> receive(in, bytes));
            }
            for (Future<Boolean> end : threads.invokeAll(ends)) {
                assertTrue(end.get());
            }
        }
    }

    private static boolean send(SocketChannel out, byte[] bytes) throws Exception {
        try (out) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
        }
        return true;
    }

    private static boolean receive(SocketChannel in, byte[] expected) throws Exception {
        try (in) {
            ByteBuffer got = ByteBuffer.allocate(expected.length + 1);
            while (in.read(got) >= 0) {}
            return Arrays.equals(expected, Arrays.copyOf(got.array(), got.position()));
        }
    }

    /// Nanoseconds by thread.
    private static Map<String, Long> processorTime(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .collect(
                        Collectors.toMap(
                                Thread::getName,
                                thread -> THREADS.getThreadCpuTime(thread.threadId())));
    }

    /// How many threads have worked since.
    private static long busy(Map<String, Long> before, String prefix) {
        Map<String, Long> now = processorTime(prefix);
        return before.entrySet().stream()
                .filter(then -> now.getOrDefault(then.getKey(), 0L) > then.getValue())
                .count();
    }

    private static void connect(PrivateNetwork left, PrivateNetwork right) throws Exception {
        connect(left, right, "192.0.2.", 0);
    }

    private static void connect(PrivateNetwork left, PrivateNetwork right, String prefix, int cable)
            throws Exception {
        String far = "wtnqr" + cable;
        left.ip("link add wtnql type veth peer name " + far + " netns " + right.threadId());
        left.ip("addr add " + prefix + "1/24 dev wtnql");
        right.ip("addr add " + prefix + "2/24 dev " + far);
        left.ip("link set wtnql up");
        right.ip("link set " + far + " up");
    }

    private UserspaceDevice device(String name, int queues) throws Exception {
        return UserspaceDevice.start(
                new TunnelOptions(
                        name,
                        AeadChoice.choose(null),
                        Offloads.ALL,
                        queues,
                        false,
                        directory.resolve("sockets"),
                        directory.resolve("state")));
    }

    private void configure(PrivateNetwork network, String name, int host) throws Exception {
        int other = 3 - host;
        PeerConfig peer = peer(other, "192.0.2." + other, "10.9.0." + other + "/32");
        configure(network, name, host, "10.9.0." + host + "/24", List.of(peer));
    }

    private void configure(
            PrivateNetwork network, String name, int host, String address, List<PeerConfig> peers)
            throws Exception {
        DeviceConfig config =
                DeviceConfig.unchanged().withPrivateKey(key(host)).withListenPort(51820);
        for (PeerConfig peer : peers) {
            config = config.withPeer(peer);
        }
        new UapiClient(directory.resolve("sockets/" + name + ".sock")).set(config);
        network.ip("addr add " + address + " dev " + name);
        network.ip("link set " + name + " up");
    }

    private static PeerConfig peer(int host, String underlay, String allowed) {
        return PeerConfig.of(new X25519().publicKey(key(host)))
                .withEndpoint(UapiValue.endpoint(underlay + ":51820"))
                .withAllowedIps(List.of(UapiValue.prefix(allowed)));
    }

    private static PrivateKey key(int host) {
        byte[] bytes = new byte[32];
        bytes[5] = (byte) host;
        return new PrivateKey(bytes);
    }

    /// Datagrams of many senders, by several threads at once, to one receiver who knows what must
    /// come.
    private static final class Flows implements AutoCloseable {
        private final DatagramChannel receiver;
        private final List<DatagramChannel> senders = new ArrayList<>();
        private final ExecutorService threads = Executors.newFixedThreadPool(SENDERS);

        Flows(List<PrivateNetwork> lefts, PrivateNetwork right) throws Exception {
            var to = new InetSocketAddress("10.9.0.2", 7);
            receiver =
                    right.call(
                            () ->
                                    DatagramChannel.open()
                                            .setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20)
                                            .bind(to));
            receiver.socket().setSoTimeout(PATIENCE_MILLIS);
            for (int i = 0; i < FLOWS; i++) {
                PrivateNetwork left = lefts.get(i % lefts.size());
                senders.add(left.call(() -> DatagramChannel.open().connect(to)));
            }
            for (int i = 0; i < lefts.size(); i++) {
                greet(senders.get(i));
            }
        }

        /// Has the handshake made, as what waits for it may be overtaken.
        private void greet(DatagramChannel sender) throws IOException {
            sender.write(ByteBuffer.allocate(1));
            receiver.socket().receive(new DatagramPacket(new byte[1], 1));
        }

        /// @param next sequence number of each flow
        void exchange(int[] next, int rounds) throws Exception {
            for (int round = 0; round < rounds; round++) {
                int[] first = next.clone();
                List<Future<Boolean>> sent = new ArrayList<>();
                for (int i = 0; i < SENDERS; i++) {
                    int share = i;
                    sent.add(threads.submit(() -> send(share, first)));
                }
                for (int i = 0; i < FLOWS * IN_A_ROW; i++) {
                    take(next);
                }
                for (Future<Boolean> end : sent) {
                    assertTrue(end.get());
                }
            }
        }

        private boolean send(int share, int[] first) throws Exception {
            for (int i = 0; i < IN_A_ROW; i++) {
                for (int flow = share; flow < FLOWS; flow += SENDERS) {
                    var packet = ByteBuffer.wrap(packet(flow, first[flow] + i));
                    senders.get(flow).write(packet);
                }
            }
            return true;
        }

        private void take(int[] next) throws Exception {
            var got = new DatagramPacket(new byte[2048], 2048);
            receiver.socket().receive(got);
            int flow = ByteBuffer.wrap(got.getData()).getInt();
            byte[] expected = packet(flow, next[flow]++);
            assertArrayEquals(
                    expected,
                    Arrays.copyOf(got.getData(), got.getLength()),
                    () -> "flow " + flow + " before " + next[flow]);
        }

        private static byte[] packet(int flow, int sequence) {
            Random random = new Random((long) flow << 32 | sequence);
            // Runs of equal sizes, which are joined on their way, and single ones.
            int size = sequence % 3 == 0 ? random.nextInt(PAYLOAD_MAX) : PAYLOAD_MAX;
            byte[] bytes = new byte[MARK + size];
            random.nextBytes(bytes);
            ByteBuffer.wrap(bytes).putInt(flow).putInt(sequence);
            return bytes;
        }

        @Override
        public void close() throws IOException {
            threads.shutdownNow();
            receiver.close();
            for (DatagramChannel sender : senders) {
                sender.close();
            }
        }
    }
}
