// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import org.jspecify.annotations.Nullable;

/// A bulk stream through two simulated tunnels: what TCP makes of a path. It opens once there
/// is a session, carries a frame after the other, and ends where the path or an agent does.
final class MemoryStream {
    private static final long SECOND = MemoryCluster.SECOND;

    /// Bytes a second.
    private static final long RATE = 10_000_000;

    private static final int CONNECT_TRIES = 100;

    private final MemoryCluster cluster;
    private final MemoryNode from;
    private final MemoryNode to;
    private final Runnable closed;
    private @Nullable BulkSync near;
    private @Nullable BulkSync far;

    private MemoryStream(MemoryCluster cluster, MemoryNode from, MemoryNode to, Runnable closed) {
        this.cluster = cluster;
        this.from = from;
        this.to = to;
        this.closed = closed;
    }

    /// @param closed told when it is over
    static void open(MemoryCluster cluster, MemoryNode from, MemoryNode to, Runnable closed) {
        MemoryStream stream = new MemoryStream(cluster, from, to, closed);
        cluster.at(cluster.now(), () -> stream.connect(0));
    }

    private void connect(int tries) {
        if (!isPossible() || tries > CONNECT_TRIES) {
            closed.run();
        } else if (from.tunnel().hasSession(to) && to.tunnel().hasSession(from)) {
            near = from.gossip().startBulk(to.id());
            far = to.gossip().acceptBulk(from.address());
            long roundTrip = cluster.delay() + cluster.delay();
            cluster.at(cluster.now() + roundTrip, this::step);
        } else {
            from.tunnel().open(to);
            cluster.at(cluster.now() + SECOND / 10, () -> connect(tries + 1));
        }
    }

    private void step() {
        if (near == null || far == null || !isPossible() || !step(near, far)) {
            closed.run();
        }
    }

    private boolean step(BulkSync one, BulkSync other) {
        byte[] forth = one.next();
        byte[] back = forth == null ? other.next() : null;
        byte[] frame = forth == null ? back : forth;
        if (frame == null) {
            return false; // both are done
        }
        BulkSync receiver = forth == null ? one : other;
        MemoryNode node = forth == null ? from : to;
        boolean turned = forth == null;
        long delay = frame.length * SECOND / RATE + (turned ? 0 : 1);
        cluster.at(
                cluster.now() + delay + (frame.length < 64 ? cluster.delay() : 0),
                () -> {
                    if (node.isRunning() && receiver.onFrame(frame, cluster.now()) == null) {
                        node.settle();
                        step();
                    } else {
                        closed.run();
                    }
                });
        return true;
    }

    private boolean isPossible() {
        return from.isRunning()
                && to.isRunning()
                && cluster.isConnected(from, to)
                && cluster.isConnected(to, from);
    }
}
