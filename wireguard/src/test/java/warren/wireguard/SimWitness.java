// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Sees everything in a simulation and throws where a promise of the protocol is broken: packets
/// come at most once, unaltered, where they were sent to; keys are not used past their time, nor a
/// nonce twice; handshakes are not begun too often; indices do not leak.
final class SimWitness {
    private static final int HEADER = IpHeader.V4_LENGTH;

    /// An inner packet under way. Its content follows from its number.
    private static final class Sent {
        final SimNode from;
        final SimNode to;
        final long atNanos;
        boolean delivered;

        Sent(SimNode from, SimNode to, long atNanos) {
            this.from = from;
            this.to = to;
            this.atNanos = atNanos;
        }
    }

    /// A session as one direction sees it: who receives, under which of its indices.
    private record Direction(SimNode receiver, int index) {}

    private static final class Session {
        static final long UNBORN = Long.MIN_VALUE;
        long senderBornNanos = UNBORN;
        long receiverBornNanos = UNBORN;
        long nextCounter;
    }

    private record Pair(SimNode from, SimNode to) {}

    private final SimNetwork network;
    private final List<Sent> sent = new ArrayList<>();
    private final Map<Direction, Session> sessions = new HashMap<>();
    private final Map<Pair, Long> lastInitiation = new HashMap<>();
    private final Map<Pair, Long> lastDelivery = new HashMap<>();
    private final SimTrace trace = new SimTrace();
    private int initiations;
    private int datagrams;

    SimWitness(SimNetwork network) {
        this.network = network;
    }

    /// Sends the next inner packet.
    void send(SimNode from, SimNode to) {
        int number = sent.size();
        sent.add(new Sent(from, to, network.now()));
        from.sendInner(packet(number));
    }

    // --- questions

    int initiations() {
        return initiations;
    }

    int datagrams() {
        return datagrams;
    }

    int sentCount() {
        return sent.size();
    }

    /// Throws where a packet that was sent within a span of time was not delivered.
    void checkAllDelivered(long fromNanos, long toNanos) {
        for (Sent packet : sent) {
            if (packet.atNanos >= fromNanos && packet.atNanos < toNanos && !packet.delivered) {
                throw new AssertionError(
                        "lost a packet on a good link"
                                + trace.around(packet.atNanos, packet.from, packet.to));
            }
        }
    }

    boolean deliveredSince(SimNode from, SimNode to, long sinceNanos) {
        return lastDelivery.getOrDefault(new Pair(from, to), Long.MIN_VALUE) >= sinceNanos;
    }

    // --- what the nodes and the network report

    void started(SimNode node) {
        lastInitiation.keySet().removeIf(pair -> pair.from == node); // it cannot know
    }

    void onWire(SimNode from, SimNode to, byte[] datagram) {
        datagrams++;
        ByteBuffer message = message(datagram);
        trace.add(network.now(), from, to, message);
        switch (message.getInt(0)) {
            case MessageLayout.TYPE_INITIATION -> checkInitiation(from, to);
            case MessageLayout.TYPE_RESPONSE -> {
                int senderIndex = message.getInt(4);
                int receiverIndex = message.getInt(8);
                session(to, receiverIndex).senderBornNanos = network.now();
                session(from, senderIndex).receiverBornNanos = network.now();
            }
            case MessageLayout.TYPE_TRANSPORT -> checkTransport(from, to, message);
            default -> check(message.getInt(0) == MessageLayout.TYPE_COOKIE_REPLY, "type");
        }
    }

    /// The first arrival of a response is when its initiator can have made the session. The sender
    /// of the response is whoever's index it holds.
    void arrives(SimNode at, byte[] datagram) {
        ByteBuffer message = message(datagram);
        if (message.getInt(0) == MessageLayout.TYPE_RESPONSE) {
            born(at, message.getInt(8), false);
            for (SimNode node : network.nodes) {
                if (node != at && sessions.containsKey(new Direction(node, message.getInt(4)))) {
                    born(node, message.getInt(4), true);
                }
            }
        }
    }

    void delivered(SimNode at, byte[] datagram, byte[] packet) {
        int number = ByteBuffer.wrap(packet).getInt(HEADER);
        check(number >= 0 && number < sent.size(), "delivered what was never sent");
        Sent original = sent.get(number);
        check(original.to == at, "packet " + number + " was for " + original.to);
        check(!original.delivered, "packet " + number + " was delivered twice");
        check(Arrays.equals(packet, packet(number)), "packet " + number + " was altered");
        original.delivered = true;
        lastDelivery.put(new Pair(original.from, at), network.now());
        Session session = session(at, message(datagram).getInt(4));
        long age = network.now() - session.receiverBornNanos;
        check(age < ProtocolConstants.REJECT_AFTER_TIME, "received with a key " + age + " ns old");
    }

    void ticked(SimNode node) {
        int peers = network.nodes.size() - 1;
        int indices = node.device().indices().size();
        // three slots, one lingering, one handshake
        check(indices <= 5 * peers, node + " holds " + indices + " indices");
    }

    // --- checks

    private void checkInitiation(SimNode from, SimNode to) {
        initiations++;
        Long last = lastInitiation.put(new Pair(from, to), network.now());
        check(
                last == null || network.now() - last >= ProtocolConstants.REKEY_TIMEOUT,
                "initiations too close");
    }

    private void checkTransport(SimNode from, SimNode to, ByteBuffer message) {
        Session session = session(to, message.getInt(4));
        check(session.senderBornNanos != Session.UNBORN, from + " sends before it has keys");
        long age = network.now() - session.senderBornNanos;
        check(age < ProtocolConstants.REJECT_AFTER_TIME, "sent with a key " + age + " ns old");
        check(message.getLong(8) == session.nextCounter++, "a counter left out or used twice");
    }

    private void born(SimNode receiver, int index, boolean sender) {
        Session session = session(receiver, index);
        if (sender && session.senderBornNanos == Session.UNBORN) {
            session.senderBornNanos = network.now();
        }
        if (!sender && session.receiverBornNanos == Session.UNBORN) {
            session.receiverBornNanos = network.now();
        }
    }

    private Session session(SimNode receiver, int index) {
        return sessions.computeIfAbsent(new Direction(receiver, index), _ -> new Session());
    }

    private void check(boolean promise, String broken) {
        if (!promise) {
            throw new AssertionError("at " + network.now() / 1e9 + " s: " + broken);
        }
    }

    /// An IPv4 packet of 24 to 1420 bytes, all of them a function of its number.
    private byte[] packet(int number) {
        Sent about = sent.get(number);
        int hash = number * 0x9e3779b1;
        int length = HEADER + 4 + Integer.remainderUnsigned(hash, SimNode.MTU - HEADER - 3);
        byte[] packet = new byte[length];
        Arrays.fill(packet, HEADER, length, (byte) (hash >>> 24));
        ByteBuffer.wrap(packet)
                .putShort(0, (short) 0x4500)
                .putShort(2, (short) length)
                .putInt(12, (int) about.from.inner.low())
                .putInt(16, (int) about.to.inner.low())
                .putInt(HEADER, number);
        return packet;
    }

    private static ByteBuffer message(byte[] datagram) {
        return ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN);
    }
}
