// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// The files of `/var/lib/warren` that belong to the cluster, as bytes. Reading and writing them
/// (atomically, 0600) is the agent's.
///
/// ```
/// "warren" | kind (1) | version = 1 (1) | body | checksum (8)
/// ```
///
/// The checksum finds a disk's mistakes, not an enemy's: whoever writes here is root.
public final class StateFiles {
    static final int IDENTITY = 'i';
    static final int SECRETS = 's';
    static final int RECORDS = 'r';
    static final int ADDRESSES = 'a';
    static final int EVICTIONS = 'e';

    private static final byte[] MAGIC = "warren".getBytes(US_ASCII);
    private static final int VERSION = 1;
    private static final int HEADER_LENGTH = MAGIC.length + 2;
    private static final int CHECKSUM_LENGTH = 8;

    private StateFiles() {}

    public static byte[] identity(Identity identity) {
        byte[] seed = identity.seed();
        try {
            return seal(IDENTITY, new WireWriter().put(seed));
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /// @throws IllegalArgumentException saying what is wrong with the file, without its content
    public static Identity parseIdentity(byte[] file) {
        WireReader in = open(IDENTITY, file, "identity file");
        byte[] seed = in.take(Identity.SEED_LENGTH);
        try {
            if (!in.isDone()) {
                throw damaged("identity file");
            }
            return Identity.ofSeed(seed);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /// Secrets alone, then the statement of each, which may be empty.
    ///
    /// @param epochs newest first
    public static byte[] secrets(ClusterId cluster, List<Epoch> epochs) {
        WireWriter out = new WireWriter().put(cluster.toBytes()).u8(epochs.size());
        for (Epoch epoch : epochs) {
            byte[] bytes = epoch.secret().toBytes();
            out.u32(epoch.number()).put(bytes);
            Arrays.fill(bytes, (byte) 0);
        }
        for (Epoch epoch : epochs) {
            Rotation rotation = epoch.rotation();
            byte[] statement = rotation == null ? new byte[0] : rotation.toBytes();
            out.u16(statement.length).put(statement);
        }
        return seal(SECRETS, out);
    }

    /// The cluster whose secrets these are, and the epochs held, newest first.
    public record Secrets(ClusterId cluster, List<Epoch> epochs) {
        public List<ClusterSecret> secrets() {
            return epochs.stream().map(Epoch::secret).toList();
        }
    }

    public static byte[] evictions(List<Eviction> evictions) {
        WireWriter out = new WireWriter().u32(evictions.size());
        for (Eviction eviction : evictions) {
            byte[] bytes = eviction.toBytes();
            out.u16(bytes.length).put(bytes);
        }
        return seal(EVICTIONS, out);
    }

    /// @throws IllegalArgumentException saying what is wrong with the file
    public static List<Eviction> parseEvictions(byte[] file) {
        WireReader in = open(EVICTIONS, file, "evictions file");
        int count = in.u32();
        List<Eviction> evictions = new ArrayList<>();
        for (int i = 0; i < count && !in.failed(); i++) {
            Eviction eviction = Eviction.parse(in.take(in.u16()));
            if (eviction != null) {
                evictions.add(eviction);
            }
        }
        if (!in.isDone() || evictions.size() != count) {
            throw damaged("evictions file");
        }
        return evictions;
    }

    /// @throws IllegalArgumentException saying what is wrong with the file, without its content
    public static Secrets parseSecrets(byte[] file) {
        WireReader in = open(SECRETS, file, "secret file");
        byte[] cluster = in.take(ClusterId.LENGTH);
        int count = in.u8();
        List<ClusterSecret> secrets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int epoch = in.u32();
            byte[] bytes = in.take(ClusterSecret.LENGTH);
            if (in.failed() || epoch < 1) {
                throw damaged("secret file");
            }
            secrets.add(new ClusterSecret(epoch, bytes));
            Arrays.fill(bytes, (byte) 0);
        }
        List<Epoch> epochs = new ArrayList<>();
        for (ClusterSecret secret : secrets) {
            byte[] statement = in.remaining() == 0 ? new byte[0] : in.take(in.u16());
            Rotation rotation = statement.length == 0 ? null : Rotation.parse(statement);
            if (rotation != null ? !rotation.isOf(secret) : statement.length > 0) {
                throw damaged("secret file");
            }
            epochs.add(new Epoch(secret, rotation));
        }
        if (!in.isDone() || epochs.isEmpty()) {
            throw damaged("secret file");
        }
        return new Secrets(ClusterId.of(cluster), epochs);
    }

    /// All records first, then what is known of each node, in the same order.
    public static byte[] records(ClusterDescriptor cluster, List<KnownNode> nodes) {
        byte[] name = cluster.name().getBytes(UTF_8);
        WireWriter out = new WireWriter();
        out.put(cluster.id().toBytes()).u32(cluster.epoch());
        IpPrefix network = cluster.network().prefix();
        out.put(network.address().toBytes()).u8(network.length());
        out.u16(name.length).put(name).u32(nodes.size());
        for (KnownNode node : nodes) {
            byte[] bytes = node.record().toBytes();
            out.u16(bytes.length).put(bytes);
        }
        for (KnownNode node : nodes) {
            out.u8(node.state().code()).u32(node.incarnation());
        }
        return seal(RECORDS, out);
    }

    /// What the records file holds. The own node's record is among the records.
    public record Records(ClusterDescriptor cluster, List<KnownNode> nodes) {}

    /// Skips records that this version cannot read; signatures are checked when they are learnt.
    /// Where a file says nothing of the states, nobody has been heard of.
    ///
    /// @throws IllegalArgumentException saying what is wrong with the file
    public static Records parseRecords(byte[] file) {
        WireReader in = open(RECORDS, file, "records file");
        byte[] id = in.take(ClusterId.LENGTH);
        int epoch = in.u32();
        byte[] address = in.take(4);
        int length = in.u8();
        String name = new String(in.take(in.u16()), UTF_8);
        int count = in.u32();
        if (in.failed() || length > 32 || count < 0 || count > RecordJudge.MAX_RECORDS + 1) {
            throw damaged("records file");
        }
        List<ParsedRecord> records = new ArrayList<>();
        for (int i = 0; i < count && !in.failed(); i++) {
            records.add(NodeRecord.parse(in.take(in.u16())));
        }
        List<KnownNode> nodes = in.remaining() == 0 ? unheard(records) : states(records, in);
        if (!in.isDone()) {
            throw damaged("records file");
        }
        OverlayNetwork network = new OverlayNetwork(new IpPrefix(IpAddress.of(address), length));
        return new Records(new ClusterDescriptor(ClusterId.of(id), name, network, epoch), nodes);
    }

    private static List<KnownNode> unheard(List<ParsedRecord> records) {
        List<KnownNode> nodes = new ArrayList<>();
        for (ParsedRecord parsed : records) {
            if (parsed instanceof NodeRecord record) {
                nodes.add(KnownNode.unheard(record));
            }
        }
        return nodes;
    }

    private static List<KnownNode> states(List<ParsedRecord> records, WireReader in) {
        List<KnownNode> nodes = new ArrayList<>();
        for (ParsedRecord parsed : records) {
            MemberState state = MemberState.of(in.u8());
            int incarnation = in.u32();
            if (parsed instanceof NodeRecord record) {
                nodes.add(
                        state == null || incarnation < 0
                                ? KnownNode.unheard(record)
                                : new KnownNode(record, state, incarnation));
            }
        }
        return nodes;
    }

    /// The file around a body, which is wiped.
    static byte[] seal(int kind, WireWriter body) {
        byte[] content = body.toBytes();
        WireWriter out = new WireWriter().put(MAGIC).u8(kind).u8(VERSION).put(content);
        byte[] covered = out.toBytes();
        out.put(checksum(covered));
        byte[] file = out.toBytes();
        out.wipe();
        body.wipe();
        Arrays.fill(content, (byte) 0);
        Arrays.fill(covered, (byte) 0);
        return file;
    }

    /// The body inside a file.
    static WireReader open(int kind, byte[] file, String what) {
        int end = file.length - CHECKSUM_LENGTH;
        if (end < HEADER_LENGTH
                || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || file[MAGIC.length] != kind) {
            throw new IllegalArgumentException("this is no " + what + " of warren");
        }
        if (file[MAGIC.length + 1] != VERSION) {
            throw new IllegalArgumentException(
                    "the "
                            + what
                            + " was written by another version of warren: format "
                            + file[MAGIC.length + 1]);
        }
        byte[] checksum = Arrays.copyOfRange(file, end, file.length);
        if (!MessageDigest.isEqual(checksum, checksum(Arrays.copyOf(file, end)))) {
            throw damaged(what);
        }
        return new WireReader(file, HEADER_LENGTH, end);
    }

    static IllegalArgumentException damaged(String what) {
        return new IllegalArgumentException("the " + what + " is damaged");
    }

    private static byte[] checksum(byte[] covered) {
        return LabelledHash.of(CHECKSUM_LENGTH, "warren state file", covered);
    }
}
