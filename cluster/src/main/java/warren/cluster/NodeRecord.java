// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Objects;

/// A node's content under its signature, together with the very bytes that were signed: relaying
/// keeps fields this version does not know. Immutable.
///
/// Parsing does not check the signature; [#isSignedFor] does, and [RecordJudge] does it once and
/// remembers, so whatever comes out of a store is genuine.
public final class NodeRecord implements ParsedRecord {
    /// The longest record: with its headers it fits the 1100 bytes of a gossip datagram.
    public static final int MAX_LENGTH = 1000;

    private static final byte[] SIGNED = "warren node record 1\0".getBytes(US_ASCII);

    private final byte[] bytes;
    private final IdentityKey identity;
    private final NodeContent content;
    private final int tag;

    NodeRecord(byte[] bytes, IdentityKey identity, NodeContent content) {
        this.bytes = bytes;
        this.identity = identity;
        this.content = content;
        this.tag = new WireReader(LabelledHash.of(4, "warren record tag", bytes)).u32();
    }

    /// Signs `content` for one cluster.
    ///
    /// @throws IllegalArgumentException where the record would be longer than [#MAX_LENGTH]
    public static NodeRecord sign(NodeContent content, Identity identity, ClusterId cluster) {
        byte[] body = NodeRecordCodec.encode(content, identity.key());
        if (body.length + IdentityKey.SIGNATURE_LENGTH > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "the node record would have more than 1000 bytes: too many claims, or host"
                            + " names among the endpoints that are too long");
        }
        byte[] signature = identity.sign(signed(cluster, body));
        byte[] bytes = Arrays.copyOf(body, body.length + signature.length);
        System.arraycopy(signature, 0, bytes, body.length, signature.length);
        return new NodeRecord(bytes, identity.key(), content);
    }

    /// Reads a record without checking its signature. The bytes are copied.
    public static ParsedRecord parse(byte[] bytes) {
        return NodeRecordCodec.parse(bytes);
    }

    /// Whether its identity signed it for this cluster: half a millisecond of work.
    public boolean isSignedFor(ClusterId cluster) {
        int end = bytes.length - IdentityKey.SIGNATURE_LENGTH;
        return identity.verify(
                signed(cluster, Arrays.copyOf(bytes, end)),
                Arrays.copyOfRange(bytes, end, bytes.length));
    }

    public IdentityKey identity() {
        return identity;
    }

    public NodeId id() {
        return identity.id();
    }

    public NodeContent content() {
        return content;
    }

    public String name() {
        return content.name();
    }

    public long sequence() {
        return content.sequence();
    }

    /// The signed bytes; a copy.
    public byte[] toBytes() {
        return bytes.clone();
    }

    /// Appends the signed bytes.
    void write(WireWriter out) {
        out.put(bytes);
    }

    /// Whether these are the signed bytes.
    boolean isMadeOf(byte[] other) {
        return Arrays.equals(bytes, other);
    }

    /// The sequence number that bytes, which may be a record, give; 0 where they are too short.
    static long peekSequence(byte[] bytes) {
        WireReader in = new WireReader(bytes);
        in.slice(1 + IdentityKey.LENGTH);
        return in.u64();
    }

    /// A short hash of the bytes, by which sync tells two records of one sequence number apart.
    int tag() {
        return tag;
    }

    int length() {
        return bytes.length;
    }

    /// Whether this record replaces `held` of the same node: the larger sequence number does,
    /// and of two with one number (which no honest node signs) the larger bytes, so that all
    /// agree.
    boolean replaces(NodeRecord held) {
        int bySequence = Long.compareUnsigned(sequence(), held.sequence());
        return bySequence != 0 ? bySequence > 0 : Arrays.compareUnsigned(bytes, held.bytes) > 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NodeRecord record
                && (bytes == record.bytes || Arrays.equals(bytes, record.bytes));
    }

    @Override
    public int hashCode() {
        return Objects.hash(identity, content.sequence());
    }

    /// Name, id and sequence number.
    @Override
    public String toString() {
        return name() + "(" + id() + " #" + sequence() + ")";
    }

    private static byte[] signed(ClusterId cluster, byte[] body) {
        return new WireWriter().put(SIGNED).put(cluster.toBytes()).put(body).toBytes();
    }
}
