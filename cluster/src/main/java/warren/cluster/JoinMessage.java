// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// What is said under the seal of a join. Parsed from peers that hold the cluster secret, and
/// trusted no more than others: signatures are the caller's to check.
@SuppressWarnings("ArrayRecordComponent") // messages are taken apart, never compared
sealed interface JoinMessage {
    /// Initiator: who I am, and the proof over the handshake hash.
    record Present(NodeRecord record, byte[] proof) implements JoinMessage {}

    /// Responder: you are in; who I am, the proof, and the cluster.
    ///
    /// @param rotation the statement of the newest secret; null where that is the first
    /// @param secret the newest, where an older one was proved
    record Welcome(
            NodeRecord record,
            byte[] proof,
            ClusterDescriptor cluster,
            @Nullable Rotation rotation,
            @Nullable ClusterSecret secret)
            implements JoinMessage {}

    /// Some of the evictions.
    record Evictions(List<Eviction> evictions) implements JoinMessage {}

    /// Some of the nodes.
    record Nodes(List<KnownNode> nodes) implements JoinMessage {}

    /// That was all.
    record End() implements JoinMessage {}

    /// You are not let in.
    ///
    /// @param argument the sequence number to exceed, for [Denial#SEQUENCE]; else 0
    record Denied(Denial denial, long argument) implements JoinMessage {}

    /// No message of this version.
    record Malformed() implements JoinMessage {}

    /// The codes are protocol: append only.
    enum Denial {
        EVICTED(1, JoinFailure.EVICTED),
        FULL(2, JoinFailure.FULL),
        ADDRESS_TAKEN(3, JoinFailure.ADDRESS_TAKEN),
        BAD_PROOF(4, JoinFailure.BAD_PROOF),
        /// The cluster holds a record of the node that is not older.
        SEQUENCE(5, JoinFailure.OUTRUN),
        /// An older secret was proved, by a node that is not known.
        OUTDATED(6, JoinFailure.OUTDATED);

        private final int code;
        private final JoinFailure failure;

        Denial(int code, JoinFailure failure) {
            this.code = code;
            this.failure = failure;
        }

        int code() {
            return code;
        }

        JoinFailure failure() {
            return failure;
        }

        static @Nullable Denial of(int code) {
            for (Denial denial : values()) {
                if (denial.code == code) {
                    return denial;
                }
            }
            return null;
        }
    }

    /// The overlay network as the answer of the handshake carries it.
    static byte[] network(OverlayNetwork network) {
        IpPrefix prefix = network.prefix();
        return new WireWriter().put(prefix.address().toBytes()).u8(prefix.length()).toBytes();
    }

    /// Null where this version allows no such network.
    static @Nullable OverlayNetwork parseNetwork(byte[] payload) {
        WireReader in = new WireReader(payload);
        byte[] address = in.take(4);
        int length = in.u8();
        if (!in.isDone() || length > 32) {
            return null;
        }
        try {
            return new OverlayNetwork(new IpPrefix(IpAddress.of(address), length));
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    static byte[] present(NodeRecord record, byte[] proof) {
        return new WireWriter()
                .u8(JoinLayout.MESSAGE_PRESENT)
                .field(JoinLayout.FIELD_RECORD, record.toBytes())
                .field(JoinLayout.FIELD_PROOF, proof)
                .toBytes();
    }

    /// @param epoch the newest
    /// @param withSecret whether to hand it over
    static byte[] welcome(
            NodeRecord record,
            byte[] proof,
            ClusterDescriptor cluster,
            @Nullable Epoch epoch,
            boolean withSecret) {
        IpPrefix network = cluster.network().prefix();
        byte[] descriptor =
                new WireWriter()
                        .put(cluster.id().toBytes())
                        .u32(cluster.epoch())
                        .put(network.address().toBytes())
                        .u8(network.length())
                        .toBytes();
        WireWriter out =
                new WireWriter()
                        .u8(JoinLayout.MESSAGE_WELCOME)
                        .field(JoinLayout.FIELD_RECORD, record.toBytes())
                        .field(JoinLayout.FIELD_PROOF, proof)
                        .field(JoinLayout.FIELD_CLUSTER, descriptor)
                        .field(JoinLayout.FIELD_CLUSTER_NAME, cluster.name().getBytes(UTF_8));
        Rotation rotation = epoch == null ? null : epoch.rotation();
        if (epoch != null && rotation != null) {
            out.field(JoinLayout.FIELD_ROTATION, rotation.toBytes());
            if (withSecret) {
                byte[] secret = epoch.secret().toBytes();
                out.field(JoinLayout.FIELD_SECRET, secret);
                Arrays.fill(secret, (byte) 0);
            }
        }
        byte[] message = out.toBytes();
        out.wipe();
        return message;
    }

    /// As many messages as the evictions need; none where there are none.
    static List<byte[]> evictions(List<Eviction> evictions) {
        List<byte[]> messages = new ArrayList<>();
        WireWriter out = new WireWriter().u8(JoinLayout.MESSAGE_EVICTIONS);
        for (Eviction eviction : evictions) {
            byte[] bytes = eviction.toBytes();
            out.u16(bytes.length).put(bytes);
            if (out.length() > JoinLayout.CHUNK) {
                messages.add(out.toBytes());
                out = new WireWriter().u8(JoinLayout.MESSAGE_EVICTIONS);
            }
        }
        if (out.length() > 1) {
            messages.add(out.toBytes());
        }
        return messages;
    }

    /// As many messages as the nodes need.
    static List<byte[]> nodes(List<KnownNode> nodes) {
        List<byte[]> messages = new ArrayList<>();
        WireWriter out = new WireWriter().u8(JoinLayout.MESSAGE_NODES);
        for (KnownNode node : nodes) {
            if (out.length() > JoinLayout.CHUNK) {
                messages.add(out.toBytes());
                out = new WireWriter().u8(JoinLayout.MESSAGE_NODES);
            }
            byte[] record = node.record().toBytes();
            out.u8(node.state().code()).u32(node.incarnation()).u16(record.length).put(record);
        }
        messages.add(out.toBytes());
        return messages;
    }

    static byte[] end() {
        return new byte[] {JoinLayout.MESSAGE_END};
    }

    static byte[] denied(Denial denial, long argument) {
        return new WireWriter()
                .u8(JoinLayout.MESSAGE_DENIED)
                .u8(denial.code())
                .u64(argument)
                .toBytes();
    }

    static JoinMessage parse(byte[] message) {
        WireReader in = new WireReader(message);
        return switch (in.u8()) {
            case JoinLayout.MESSAGE_PRESENT -> Fields.read(in).present();
            case JoinLayout.MESSAGE_WELCOME -> Fields.read(in).welcome();
            case JoinLayout.MESSAGE_NODES -> parseNodes(in);
            case JoinLayout.MESSAGE_END -> new End();
            case JoinLayout.MESSAGE_DENIED -> parseDenied(in);
            case JoinLayout.MESSAGE_EVICTIONS -> parseEvictions(in);
            default -> new Malformed();
        };
    }

    private static JoinMessage parseNodes(WireReader in) {
        List<KnownNode> nodes = new ArrayList<>();
        while (in.remaining() > 0) {
            MemberState state = MemberState.of(in.u8());
            int incarnation = in.u32();
            byte[] record = in.take(in.u16());
            if (in.failed()) {
                return new Malformed();
            }
            if (state != null && NodeRecord.parse(record) instanceof NodeRecord parsed) {
                nodes.add(new KnownNode(parsed, state, incarnation));
            }
        }
        return in.failed() ? new Malformed() : new Nodes(nodes);
    }

    private static JoinMessage parseEvictions(WireReader in) {
        List<Eviction> evictions = new ArrayList<>();
        while (in.remaining() > 0) {
            Eviction eviction = Eviction.parse(in.take(in.u16()));
            if (eviction != null) {
                evictions.add(eviction);
            }
        }
        return in.failed() ? new Malformed() : new Evictions(evictions);
    }

    private static JoinMessage parseDenied(WireReader in) {
        Denial denial = Denial.of(in.u8());
        long argument = in.u64();
        return denial == null || in.failed() ? new Malformed() : new Denied(denial, argument);
    }

    /// The tagged fields of a message; those of later versions are skipped.
    final class Fields {
        private @Nullable NodeRecord record;
        private byte @Nullable [] proof;
        private @Nullable ClusterDescriptor cluster;
        private String clusterName = "";
        private @Nullable Rotation rotation;
        private byte @Nullable [] secret;
        private boolean failed;

        private Fields() {}

        static Fields read(WireReader in) {
            Fields fields = new Fields();
            while (in.remaining() > 0) {
                int tag = in.u8();
                fields.take(tag, in.slice(in.u16()));
            }
            fields.failed |= in.failed();
            return fields;
        }

        JoinMessage present() {
            return failed || record == null || proof == null
                    ? new Malformed()
                    : new Present(record, proof);
        }

        JoinMessage welcome() {
            if (failed || record == null || proof == null || cluster == null) {
                return new Malformed();
            }
            ClusterDescriptor named =
                    new ClusterDescriptor(
                            cluster.id(), clusterName, cluster.network(), cluster.epoch());
            return new Welcome(record, proof, named, rotation, secret());
        }

        /// Null where none was sent, or one that is not the announced.
        private @Nullable ClusterSecret secret() {
            byte[] bytes = secret;
            Rotation made = rotation;
            if (bytes == null || made == null) {
                return null;
            }
            ClusterSecret sent = new ClusterSecret(made.number(), bytes);
            Arrays.fill(bytes, (byte) 0);
            return made.isOf(sent) ? sent : null;
        }

        private void take(int tag, WireReader in) {
            switch (tag) {
                case JoinLayout.FIELD_RECORD -> {
                    if (NodeRecord.parse(in.take(in.remaining())) instanceof NodeRecord parsed) {
                        record = parsed;
                    }
                }
                case JoinLayout.FIELD_PROOF -> proof = in.take(IdentityKey.SIGNATURE_LENGTH);
                case JoinLayout.FIELD_CLUSTER -> cluster = descriptor(in);
                case JoinLayout.FIELD_ROTATION ->
                        rotation = Rotation.parse(in.take(Rotation.LENGTH));
                case JoinLayout.FIELD_SECRET -> secret = in.take(ClusterSecret.LENGTH);
                case JoinLayout.FIELD_CLUSTER_NAME ->
                        clusterName = new String(in.take(Math.min(255, in.remaining())), UTF_8);
                default -> {
                    return;
                }
            }
            failed |= in.failed();
        }

        private static @Nullable ClusterDescriptor descriptor(WireReader in) {
            byte[] id = in.take(ClusterId.LENGTH);
            int epoch = in.u32();
            byte[] address = in.take(4);
            int length = in.u8();
            if (in.failed() || length > 32) {
                return null;
            }
            try {
                OverlayNetwork network =
                        new OverlayNetwork(new IpPrefix(IpAddress.of(address), length));
                return new ClusterDescriptor(ClusterId.of(id), "", network, epoch);
            } catch (IllegalArgumentException _) { // a network that this version does not allow
                return null;
            }
        }
    }
}
