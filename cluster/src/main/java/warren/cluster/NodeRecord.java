// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.Arrays;

/// A node's content under its signature, together with the very bytes that were signed: relaying
/// keeps fields this version does not know. Immutable.
///
/// Parsing does not check the signature; [#isSignedFor] does, and [RecordStore] does it once and
/// remembers, so whatever comes out of a store is genuine.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class NodeRecord implements ParsedRecord {
    /// The longest record: with its headers it fits the 1100 bytes of a gossip datagram.
    public static final int MAX_LENGTH = 1000;

    private final byte[] bytes;
    private final IdentityKey identity;
    private final NodeContent content;

    private NodeRecord(byte[] bytes, IdentityKey identity, NodeContent content) {
        this.bytes = bytes;
        this.identity = identity;
        this.content = content;
    }

    /// Signs `content` for one cluster.
    ///
    /// @throws IllegalArgumentException where the record would be longer than [#MAX_LENGTH]
    public static NodeRecord sign(NodeContent content, Identity identity, ClusterId cluster) {
        throw Skeleton.missing();
    }

    /// Reads a record without checking its signature. The bytes are copied.
    public static ParsedRecord parse(byte[] bytes) {
        throw Skeleton.missing();
    }

    /// Whether its identity signed it for this cluster: half a millisecond of work.
    public boolean isSignedFor(ClusterId cluster) {
        throw Skeleton.missing();
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

    @Override
    public boolean equals(Object other) {
        return other instanceof NodeRecord record && Arrays.equals(bytes, record.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /// Name, id and sequence number.
    @Override
    public String toString() {
        return name() + "(" + id() + " #" + sequence() + ")";
    }
}
