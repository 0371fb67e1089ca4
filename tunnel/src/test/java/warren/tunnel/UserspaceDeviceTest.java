// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.linux.testing.PrivateNetwork;
import warren.wireguard.PrivateKey;
import warren.wireguard.X25519;

/// Devices in this process, each in a network of its own, with libcrypto.
@Tag("root")
@Timeout(180)
class UserspaceDeviceTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WINDOW = 64;
    private static final int PACKETS_PER_ROUND = 20_000;
    private static final int ROUNDS = 15;

    /// A packet's smallest object has 16 bytes. The margin is for what the JDK's linker leaves of
    /// the captured errno where the compiler could not remove it, and it is shared by a batch.
    private static final double LIMIT_BYTES = 12;

    /// More than the descriptors of the JDK's own that may come late.
    private static final int RUNS = 8;

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"shared", "1", "2"})
    void packetLoopsMakeNoGarbageInTheSteadyState(String queues) throws Exception {
        try (PrivateNetwork left = PrivateNetwork.create("wtn-left");
                PrivateNetwork right = PrivateNetwork.create("wtn-right")) {
            left.ip("link add wtnl type veth peer name wtnr netns " + right.threadId());
            left.ip("addr add 192.0.2.1/24 dev wtnl");
            right.ip("addr add 192.0.2.2/24 dev wtnr");
            left.ip("link set wtnl up");
            right.ip("link set wtnr up");
            try (UserspaceDevice a = left.call(() -> device("wtnal", queues));
                    UserspaceDevice b = right.call(() -> device("wtnar", queues))) {
                configure(left, "wtnal", 1);
                configure(right, "wtnar", 2);
                measure(left, right);
                assertEquals(List.of(true, true), List.of(a.isRunning(), b.isRunning()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared", "1", "2"})
    void leavesNoThreadAndNoDescriptorBehind(String queues) throws Exception {
        try (PrivateNetwork network = PrivateNetwork.create("wtn-leak")) {
            runOnce(network, queues); // what the JDK opens once and keeps
            List<String> before = descriptors();
            for (int i = 0; i < RUNS; i++) {
                runOnce(network, queues);
            }
            List<String> after = descriptors();
            assertTrue(after.size() - before.size() < RUNS, before + " became " + after);
            assertEquals(List.of(), loops());
            assertFalse(network.ip("link").contains("wtnal"));
            assertFalse(Files.exists(directory.resolve("sockets/wtnal.sock")));
        }
    }

    private void runOnce(PrivateNetwork network, String queues) throws Exception {
        try (UserspaceDevice device = network.call(() -> device("wtnal", queues))) {
            network.ip("link set wtnal up");
            UapiClient client = new UapiClient(directory.resolve("sockets/wtnal.sock"));
            TestNode.await("a port", () -> port(client) != 0);
            assertTrue(device.isRunning());
        }
    }

    private static int port(UapiClient client) {
        try {
            return client.get().listenPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What this process has open that a device opens.
    private static List<String> descriptors() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.map(UserspaceDeviceTest::target)
                    .filter(name -> name.matches("(socket|anon_inode:\\[eventfd.*|/dev/net/tun).*"))
                    .map(name -> name.replaceAll("[0-9]", ""))
                    .sorted()
                    .toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException _) { // the listing's own, closed by now
            return "";
        }
    }

    private void measure(PrivateNetwork left, PrivateNetwork right) throws Exception {
        try (DatagramChannel sender = left.call(() -> socket("10.9.0.1"));
                DatagramChannel receiver = right.call(() -> socket("10.9.0.2"))) {
            List<Long> threads = loops();
            double least = Double.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least > 1; round++) {
                long before = allocated(threads);
                exchange(sender, receiver);
                least = Math.min(least, (allocated(threads) - before) / (double) PACKETS_PER_ROUND);
            }
            assertTrue(least < LIMIT_BYTES, least + " bytes of garbage a packet");
        }
    }

    /// Sends packets in windows, each answered by one packet back, so that none is lost.
    private static void exchange(DatagramChannel sender, DatagramChannel receiver)
            throws IOException {
        ByteBuffer payload = ByteBuffer.allocateDirect(1200);
        for (int sent = 0; sent < PACKETS_PER_ROUND; sent += WINDOW) {
            for (int i = 0; i < WINDOW; i++) {
                sender.send(payload.clear(), new InetSocketAddress("10.9.0.2", 7));
            }
            for (int i = 0; i < WINDOW; i++) {
                receiver.receive(payload.clear());
            }
            receiver.send(payload.clear(), new InetSocketAddress("10.9.0.1", 7));
            sender.receive(payload.clear());
        }
    }

    private UserspaceDevice device(String name, String queues) throws IOException {
        return UserspaceDevice.start(
                new TunnelOptions(
                        name,
                        AeadChoice.choose("libcrypto"),
                        Offloads.ALL,
                        Queues.wanted(queues, 1),
                        Queues.areShared(queues, 1),
                        directory.resolve("sockets"),
                        directory.resolve("state")));
    }

    private void configure(PrivateNetwork network, String name, int host) throws Exception {
        int other = 3 - host;
        UapiClient client = new UapiClient(directory.resolve("sockets/" + name + ".sock"));
        client.set(
                DeviceConfig.unchanged()
                        .withPrivateKey(key(host))
                        .withListenPort(51820)
                        .withPeer(
                                PeerConfig.of(new X25519().publicKey(key(other)))
                                        .withEndpoint(
                                                UapiValue.endpoint("192.0.2." + other + ":51820"))
                                        .withAllowedIps(
                                                List.of(
                                                        UapiValue.prefix(
                                                                "10.9.0." + other + "/32")))));
        network.ip("addr add 10.9.0." + host + "/24 dev " + name);
        network.ip("link set " + name + " up");
    }

    private static PrivateKey key(int host) {
        byte[] bytes = new byte[32];
        bytes[5] = (byte) host;
        return new PrivateKey(bytes);
    }

    private static DatagramChannel socket(String address) throws IOException {
        return DatagramChannel.open()
                .setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20)
                .bind(new InetSocketAddress(address, 7));
    }

    private static List<Long> loops() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("wtna[lr]-(tx|rx)\\d*"))
                .map(Thread::threadId)
                .toList();
    }

    private static long allocated(List<Long> threads) {
        return threads.stream().mapToLong(THREADS::getThreadAllocatedBytes).sum();
    }
}
