// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// What the core wants done after an event: handshake messages to send, and peers whose staged
/// packets (a keepalive is one, of length zero) can now leave by [Peer#sealStaged]. One per loop,
/// reused; confined to its loop.
///
/// The outbox also says in which lane its loop seals: loops of different lanes encrypt for one
/// session at the same time, those of one lane take turns.
///
/// Its owner drains both queues after every call that was given the outbox, flushes first.
/// [Peer#sealStaged] itself may add datagrams, never flushes.
///
/// ```java
/// for (Peer peer = outbox.pollFlush(); peer != null; peer = outbox.pollFlush()) {
///     for (int n = peer.sealStaged(batch, mtu, now, outbox); n > 0;
///             n = peer.sealStaged(batch, mtu, now, outbox)) {
///         send(batch, 0, n, peer.endpoint());
///     }
/// }
/// for (Datagram d = outbox.pollDatagram(); d != null; d = outbox.pollDatagram()) {
///     send(d);
/// }
/// ```
public final class Outbox {
    private final ArrayDeque<Datagram> datagrams = new ArrayDeque<>();
    private final ArrayDeque<Peer> flushes = new ArrayDeque<>();

    private final int lane;

    /// In the first lane.
    public Outbox() {
        this(0);
    }

    /// @param lane from 0, less than the [Device] was made with
    public Outbox(int lane) {
        this.lane = lane;
    }

    int lane() {
        return lane;
    }

    /// The next message to send; null where there is none.
    public @Nullable Datagram pollDatagram() {
        return datagrams.poll();
    }

    /// The next peer to call [Peer#sealStaged] on; null where there is none.
    public @Nullable Peer pollFlush() {
        return flushes.poll();
    }

    public boolean isEmpty() {
        return datagrams.isEmpty() && flushes.isEmpty();
    }

    void send(Datagram datagram) {
        datagrams.add(datagram);
    }

    void flush(Peer peer) {
        if (flushes.peekLast() != peer) {
            flushes.add(peer);
        }
    }
}
