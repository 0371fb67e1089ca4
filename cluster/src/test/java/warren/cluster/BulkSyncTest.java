// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import warren.wireguard.IpAddress;

final class BulkSyncTest {
    private static final class Side {
        private final Identity identity;
        private final Gossip gossip;

        Side(long seed) {
            identity = Nodes.identity(seed);
            NodeRecord own = Nodes.record(identity, "n" + seed, 1);
            List<ClusterSecret> secrets = List.of(Nodes.secret(1));
            RecordJudge trusting =
                    new RecordJudge(Nodes.CLUSTER) {
                        @Override
                        boolean isGenuine(NodeRecord record) {
                            return true;
                        }
                    };
            gossip =
                    new Gossip(
                            Nodes.CLUSTER,
                            identity,
                            own,
                            secrets,
                            new Silent(),
                            new Random(seed),
                            0,
                            trusting);
        }

        IpAddress address() {
            return NodeAddress.of(Nodes.CLUSTER, identity.id());
        }

        void knows(Side other) {
            gossip.learn(List.of(new KnownNode(other.gossip.own(), MemberState.ALIVE, 1)), 0);
        }

        void knows(int from, int to) {
            List<KnownNode> nodes = new ArrayList<>();
            for (int i = from; i < to; i++) {
                nodes.add(
                        new KnownNode(
                                Nodes.record(Nodes.identity(1000 + i), "m" + i, 1),
                                MemberState.ALIVE,
                                1));
            }
            gossip.learn(nodes, 0);
        }
    }

    private static final class Silent implements Gossip.Outbox {
        @Override
        public void send(NodeId to, IpAddress address, byte[] payload) {}

        @Override
        public void on(GossipEvent event) {}
    }

    private final Side a = new Side(1);
    private final Side b = new Side(2);

    BulkSyncTest() {
        a.knows(b);
        b.knows(a);
    }

    @Test
    void afterAStreamBothKnowWhatEitherKnew() {
        a.knows(0, 60);
        b.knows(40, 120);
        int frames = run(start(), accept());
        assertEquals(122, a.gossip.known().size());
        assertEquals(122, b.gossip.known().size());
        assertTrue(frames < 12, () -> frames + " frames");
    }

    @Test
    void whoKnowsTheSameExchangesGreetingsOnly() {
        a.knows(0, 10);
        b.knows(0, 10);
        assertEquals(5, run(start(), accept()));
    }

    @Test
    void aFrameOfAnotherStreamIsNotTaken() {
        BulkSync first = accept();
        BulkSync second = accept();
        byte[] hello = start().next();
        assertNotNull(hello);
        assertNull(first.onFrame(hello, 1));
        assertNull(second.onFrame(hello, 1)); // a greeting alone can be repeated
        byte[] answer = first.next();
        assertNotNull(answer);
        BulkSync other = start();
        other.next();
        assertEquals(GossipDrop.BAD_MAC, other.onFrame(answer, 1));
    }

    @Test
    void aFrameComesOnceAndInItsOrder() {
        a.knows(0, 5);
        BulkSync from = start();
        BulkSync to = accept();
        pass(from, to);
        pass(to, from);
        byte[] entries = from.next();
        assertNotNull(entries);
        assertNull(to.onFrame(entries, 1));
        assertEquals(GossipDrop.BAD_MAC, to.onFrame(entries, 1));
    }

    @Test
    void aBucketListedTwiceEndsTheStream() {
        a.knows(0, 5);
        BulkSync from = start();
        BulkSync to = accept();
        pass(from, to);
        pass(to, from);
        from.buckets.addAll(List.copyOf(from.buckets));
        byte[] entries = from.next();
        assertNotNull(entries);
        assertEquals(GossipDrop.BAD_BODY, to.onFrame(entries, 1));
    }

    @Test
    void brokenFramesAreReasonsAndNotExceptions() {
        BulkSync to = accept();
        assertEquals(GossipDrop.TOO_SHORT, to.onFrame(new byte[3], 1));
        assertEquals(GossipDrop.TOO_LONG, to.onFrame(new byte[BulkSync.MAX_FRAME + 1], 1));
        byte[] hello = start().next();
        assertNotNull(hello);
        hello[9] ^= 1;
        assertEquals(GossipDrop.BAD_MAC, to.onFrame(hello, 1));
        Random random = new Random(3);
        for (int i = 0; i < 2000; i++) {
            byte[] frame = new byte[random.nextInt(300)];
            random.nextBytes(frame);
            if (frame.length > 0) {
                frame[0] = (byte) random.nextInt(7);
            }
            assertNotNull(accept().onFrame(frame, 1));
        }
    }

    @Test
    void nobodyElseIsAnswered() {
        Side stranger = new Side(3);
        assertNull(b.gossip.acceptBulk(stranger.address()));
        assertNull(b.gossip.startBulk(stranger.identity.id()));
    }

    private BulkSync start() {
        BulkSync stream = a.gossip.startBulk(b.identity.id());
        assertNotNull(stream);
        return stream;
    }

    private BulkSync accept() {
        BulkSync stream = b.gossip.acceptBulk(a.address());
        assertNotNull(stream);
        return stream;
    }

    private static int run(BulkSync one, BulkSync other) {
        int frames = 0;
        for (int before = -1; before != frames; ) {
            before = frames;
            frames += pass(one, other) + pass(other, one);
        }
        assertTrue(one.isDone() && other.isDone());
        return frames;
    }

    private static int pass(BulkSync from, BulkSync to) {
        int frames = 0;
        for (byte[] frame = from.next(); frame != null; frame = from.next()) {
            assertTrue(frame.length <= BulkSync.MAX_FRAME);
            assertNull(to.onFrame(frame, 1));
            frames++;
        }
        return frames;
    }
}
