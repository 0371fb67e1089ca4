// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// That a node is no member any more, for ever, signed by another. Immutable.
///
/// ```
/// evicted (10) | epoch (4) | author's identity (32) | name | signature (64)
/// ```
///
/// The name is what the author knew the evicted node by, for people. Parsing does not check the
/// signature; [#isSignedFor] does.
public final class Eviction {
    private static final int MIN_LENGTH =
            NodeId.LENGTH + 4 + IdentityKey.LENGTH + IdentityKey.SIGNATURE_LENGTH;

    /// Bytes of the longest.
    static final int MAX_LENGTH = MIN_LENGTH + NodeContent.MAX_NAME_LENGTH;

    private static final byte[] SIGNED = "warren eviction 1\0".getBytes(US_ASCII);

    private final byte[] bytes;
    private final NodeId evicted;
    private final int epoch;
    private final IdentityKey author;
    private final String name;
    private final long tag;

    private Eviction(byte[] bytes) {
        WireReader in = new WireReader(bytes, 0, bytes.length - IdentityKey.SIGNATURE_LENGTH);
        this.bytes = bytes;
        this.evicted = NodeId.of(in.take(NodeId.LENGTH));
        this.epoch = in.u32();
        this.author = new IdentityKey(in.take(IdentityKey.LENGTH));
        this.name = new String(in.take(in.remaining()), US_ASCII);
        this.tag = new WireReader(LabelledHash.of(8, "warren eviction tag", bytes)).u64();
    }

    /// @param epoch the number of the author's newest epoch
    public static Eviction sign(
            NodeId evicted, String name, int epoch, Identity author, ClusterId cluster) {
        byte[] body =
                new WireWriter()
                        .put(evicted.toBytes())
                        .u32(epoch)
                        .put(author.key().toBytes())
                        .put(name.getBytes(US_ASCII))
                        .toBytes();
        byte[] signature = author.sign(signed(cluster, body));
        return new Eviction(new WireWriter().put(body).put(signature).toBytes());
    }

    /// Null where the bytes are none.
    static @Nullable Eviction parse(byte[] bytes) {
        if (bytes.length <= MIN_LENGTH || bytes.length > MAX_LENGTH) {
            return null;
        }
        Eviction eviction = new Eviction(bytes.clone());
        boolean sane = NodeContent.isName(eviction.name) && eviction.epoch > 0;
        return sane && !eviction.evicted.equals(eviction.author.id()) ? eviction : null;
    }

    /// Half a millisecond of work.
    boolean isSignedFor(ClusterId cluster) {
        int end = bytes.length - IdentityKey.SIGNATURE_LENGTH;
        return author.verify(
                signed(cluster, Arrays.copyOf(bytes, end)),
                Arrays.copyOfRange(bytes, end, bytes.length));
    }

    public NodeId evicted() {
        return evicted;
    }

    public String name() {
        return name;
    }

    public int epoch() {
        return epoch;
    }

    public IdentityKey author() {
        return author;
    }

    /// By which two sets are compared.
    long tag() {
        return tag;
    }

    byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Eviction eviction && Arrays.equals(bytes, eviction.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Eviction(" + name + " " + evicted + " by " + author.id() + ")";
    }

    private static byte[] signed(ClusterId cluster, byte[] body) {
        return new WireWriter().put(SIGNED).put(cluster.toBytes()).put(body).toBytes();
    }
}
