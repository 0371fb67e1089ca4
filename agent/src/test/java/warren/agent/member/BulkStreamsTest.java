// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import warren.cluster.BulkSync;
import warren.cluster.ClusterId;
import warren.cluster.ClusterSecret;
import warren.cluster.DataPlane;
import warren.cluster.Gossip;
import warren.cluster.GossipEvent;
import warren.cluster.Identity;
import warren.cluster.KnownNode;
import warren.cluster.MemberState;
import warren.cluster.NodeAddress;
import warren.cluster.NodeContent;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.wireguard.IpAddress;
import warren.wireguard.PublicKey;

/// Streams over real sockets of the loopback: two cores that mend each other, and callers that
/// break every rule.
class BulkStreamsTest {
    private static final ClusterId CLUSTER = new ClusterId(0x1122334455L);
    private static final BulkStream.Limits PATIENT = limits(8, 60, 60_000);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Random random = new Random(11);
    private final ClusterSecret secret = ClusterSecret.random(random);
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void afterAStreamBothKnowWhatEitherKnew() throws Exception {
        Side a = new Side("a", PATIENT);
        Side b = new Side("b", PATIENT);
        a.knows(b.own(), 250);
        b.knows(a.own(), 150);
        b.expects(a);
        a.call(b);
        a.done.await();
        b.done.await();
        assertEquals(402, a.count());
        assertEquals(402, b.count());
    }

    @Test
    void whoIsNoMemberIsHungUpOn() throws IOException {
        Side b = new Side("b", PATIENT);
        try (Socket stranger = b.connect("127.0.0.1")) {
            assertEquals(-1, stranger.getInputStream().read());
        }
        awaitRefused(b, 1);
    }

    @Test
    void whatIsNoProtocolEndsAStreamAndNothingElse() throws Exception {
        Side a = new Side("a", PATIENT);
        Side b = new Side("b", PATIENT);
        a.knows(b.own(), 0);
        b.knows(a.own(), 3);
        b.expects(a);
        byte[][] hostile = {
            "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            {0, 0, 0, 0},
            {0, 0, 0, 16, 1},
            {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1, 2, 3},
            {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1, 2, 3},
            framed(noise(17)),
            framed(noise(BulkSync.MAX_FRAME)),
            framed(flipped(a.start(b).next())),
        };
        for (int i = 0; i < hostile.length; i++) {
            try (Socket caller = b.connect("127.0.1." + (i + 1))) {
                caller.getOutputStream().write(hostile[i]);
                awaitEnd(caller);
            }
        }
        a.call(b);
        a.done.await();
        assertEquals(a.count(), b.count());
    }

    @Test
    void whoSaysNothingIsHungUpOn() throws IOException {
        Side a = new Side("a", PATIENT);
        Side b = new Side("b", limits(8, 1, 60_000));
        b.knows(a.own(), 0);
        b.expects(a);
        try (Socket silent = b.connect("127.0.0.1")) {
            awaitEnd(silent);
        }
    }

    @Test
    void whoSaysALittleForEverIsHungUpOn() throws IOException {
        Side a = new Side("a", PATIENT);
        Side b = new Side("b", limits(8, 30, 500));
        b.knows(a.own(), 0);
        b.expects(a);
        try (Socket slow = b.connect("127.0.0.1")) {
            slow.getOutputStream().write(framed(noise(64)), 0, 10);
            awaitEnd(slow);
        }
    }

    @Test
    void aPeerHasOneStreamAndAllTogetherFew() throws IOException {
        Side a = new Side("a", PATIENT);
        Side b = new Side("b", limits(2, 60, 60_000));
        b.knows(a.own(), 0);
        b.expects(a);
        try (Socket first = b.connect("127.0.2.1");
                Socket again = b.connect("127.0.2.1");
                Socket other = b.connect("127.0.2.2");
                Socket third = b.connect("127.0.2.3")) {
            assertEquals(-1, again.getInputStream().read());
            assertEquals(-1, third.getInputStream().read());
            awaitRefused(b, 2);
            assertTrue(first.isConnected() && other.isConnected());
        }
    }

    @Test
    void closingEndsWhatIsUnderWay() throws Exception {
        Side a = new Side("a", PATIENT);
        Side b = new Side("b", PATIENT);
        b.knows(a.own(), 0);
        b.expects(a);
        try (Socket caller = b.connect("127.0.0.1")) {
            b.accepted.await();
            b.streams.close();
            awaitEnd(caller);
        }
    }

    private static BulkStream.Limits limits(int streams, int silenceSeconds, int wholeMillis) {
        return new BulkStream.Limits(
                streams,
                Duration.ofSeconds(silenceSeconds),
                Duration.ofMillis(wholeMillis),
                1 << 20,
                Duration.ZERO);
    }

    private static void awaitRefused(Side side, long count) {
        long start = System.nanoTime();
        while (side.streams.refused() < count) {
            assertTrue(System.nanoTime() - start < PATIENCE.toNanos(), "never refused");
            Thread.onSpinWait();
        }
    }

    /// Reads until the other end closes, whichever way it does.
    private static void awaitEnd(Socket caller) throws IOException {
        caller.setSoTimeout((int) PATIENCE.toMillis());
        try {
            caller.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (SocketTimeoutException e) {
            throw new AssertionError("not hung up on", e);
        } catch (IOException _) {
            // A reset is an end as well.
        }
    }

    private static byte[] framed(byte[] frame) {
        return ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array();
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] flipped(byte @Nullable [] frame) {
        assertNotNull(frame);
        frame[frame.length - 1] ^= 1;
        return frame;
    }

    /// A node: its core behind a lock, which stands for the loop, and its streams.
    private final class Side implements BulkStreams.Protocol {
        private final Identity identity = Identity.generate(random);
        private final ReentrantLock lock = new ReentrantLock();
        private final Gossip gossip;
        private final BulkStreams streams;
        private final Latch accepted = new Latch();
        private final Latch done = new Latch();
        private @Nullable IpAddress expected;
        private @Nullable BulkSync current;

        Side(String name, BulkStream.Limits limits) throws IOException {
            NodeRecord own = record(identity, name);
            gossip = new Gossip(CLUSTER, identity, own, List.of(secret), new Silent(), random, 0);
            streams = new BulkStreams(this, limits);
            open.add(streams);
            streams.listen(new InetSocketAddress(0));
        }

        NodeRecord own() {
            return gossip.own();
        }

        void knows(NodeRecord other, int strangers) {
            List<KnownNode> nodes = new ArrayList<>();
            nodes.add(new KnownNode(other, MemberState.ALIVE, 1));
            for (int i = 0; i < strangers; i++) {
                NodeRecord record = record(Identity.generate(random), "m" + i);
                nodes.add(new KnownNode(record, MemberState.ALIVE, 1));
            }
            gossip.learn(nodes, 0);
        }

        int count() throws IOException {
            return onLoop(() -> gossip.known().size());
        }

        /// Whoever calls is taken for `other`.
        void expects(Side other) {
            expected = NodeAddress.of(CLUSTER, other.identity.id());
        }

        BulkSync start(Side other) {
            BulkSync sync = gossip.startBulk(other.identity.id());
            assertNotNull(sync);
            return sync;
        }

        void call(Side other) throws IOException {
            current = start(other);
            InetAddress here = InetAddress.getLoopbackAddress();
            streams.open(current, here, new InetSocketAddress(here, other.streams.port()));
        }

        Socket connect(String from) throws IOException {
            return new Socket(
                    InetAddress.getLoopbackAddress(),
                    streams.port(),
                    IpAddress.parse(from).toInetAddress(),
                    0);
        }

        @Override
        public @Nullable BulkSync accept(IpAddress from) {
            accepted.open();
            current = expected == null ? null : gossip.acceptBulk(expected);
            return current;
        }

        @Override
        public <T> T onLoop(BulkStream.Step<T> step) throws IOException {
            lock.lock();
            try {
                T result = step.run();
                if (current != null && current.isDone()) {
                    done.open();
                }
                return result;
            } finally {
                lock.unlock();
            }
        }
    }

    private static final class Latch {
        private final CountDownLatch latch = new CountDownLatch(1);

        void open() {
            latch.countDown();
        }

        void await() throws InterruptedException {
            assertTrue(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS), "not in time");
        }
    }

    private static final class Silent implements Gossip.Outbox {
        @Override
        public void send(NodeId to, IpAddress address, byte[] payload) {}

        @Override
        public void on(GossipEvent event) {}
    }

    private NodeRecord record(Identity identity, String name) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 9);
        NodeContent content =
                new NodeContent(
                        1,
                        1,
                        name,
                        new PublicKey(key),
                        null,
                        List.of(),
                        51821,
                        List.of(),
                        Set.of(DataPlane.USERSPACE),
                        List.of(secret.epoch()));
        return NodeRecord.sign(content, identity, CLUSTER);
    }
}
