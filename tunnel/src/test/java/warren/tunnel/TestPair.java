// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.nio.file.Files;
import java.nio.file.Path;

/// Two nodes on one wire, each with a tunnel `wtn0` to the other.
///
/// ```
///   a: wtn0 10.9.0.1 fd09::1                        b: wtn0 10.9.0.2 fd09::2
///      wtnu 192.0.2.1 2001:db8::1  <-- veth -->        wtnu 192.0.2.2 2001:db8::2
/// ```
final class TestPair implements AutoCloseable {
    static final String TUNNEL = "wtn0";

    final TestNode a;
    final TestNode b;
    final String publicA;
    final String publicB;
    private final Path keyA;
    private final Path keyB;

    private TestPair(TestNode a, TestNode b, Path directory) throws Exception {
        this.a = a;
        this.b = b;
        keyA = a.file("a.key", a.run("wg genkey"));
        keyB = b.file("b.key", b.run("wg genkey"));
        publicA = a.run("sh", "-c", "wg pubkey < " + keyA).strip();
        publicB = b.run("sh", "-c", "wg pubkey < " + keyB).strip();
        Files.createDirectories(directory);
    }

    static TestPair create(Path directory) throws Exception {
        Path directoryA = Files.createDirectories(directory.resolve("a"));
        Path directoryB = Files.createDirectories(directory.resolve("b"));
        TestNode a = TestNode.create(directoryA);
        TestNode b = TestNode.create(directoryB);
        TestPair pair = new TestPair(a, b, directory);
        TestNode.connect(a, "wtnu", b, "wtnu");
        a.run("ip addr add 192.0.2.1/24 dev wtnu");
        b.run("ip addr add 192.0.2.2/24 dev wtnu");
        a.run("ip addr add 2001:db8::1/64 dev wtnu nodad");
        b.run("ip addr add 2001:db8::2/64 dev wtnu nodad");
        return pair;
    }

    /// Gives both tunnels keys, each other as peer, addresses, and sets them up.
    ///
    /// @param underlay 4 or 6: the addresses that the tunnels use between them
    void configure(int underlay) throws Exception {
        configureDevice(a, keyA, "10.9.0.1/24", "fd09::1/64");
        configureDevice(b, keyB, "10.9.0.2/24", "fd09::2/64");
        peer(a, publicB, endpoint(underlay, 2), "10.9.0.2/32,fd09::2/128");
        peer(b, publicA, endpoint(underlay, 1), "10.9.0.1/32,fd09::1/128");
    }

    static void peer(TestNode node, String key, String endpoint, String allowedIps)
            throws Exception {
        node.run(
                "wg set wtn0 peer %s endpoint %s allowed-ips %s"
                        .formatted(key, endpoint, allowedIps));
    }

    static String endpoint(int underlay, int host) {
        return underlay == 4 ? "192.0.2." + host + ":51820" : "[2001:db8::" + host + "]:51820";
    }

    void mtu(int mtu) throws Exception {
        a.run("ip link set wtn0 mtu " + mtu);
        b.run("ip link set wtn0 mtu " + mtu);
    }

    /// The private key file of a node, for `wg`.
    Path key(TestNode node) {
        return node == a ? keyA : keyB;
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }

    private static void configureDevice(TestNode node, Path key, String v4, String v6)
            throws Exception {
        node.run("wg set wtn0 private-key " + key + " listen-port 51820");
        node.run("ip addr replace " + v4 + " dev wtn0");
        node.run("ip addr replace " + v6 + " dev wtn0 nodad");
        node.run("ip link set wtn0 up");
    }
}
