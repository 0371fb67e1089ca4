// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import java.util.Random;
import java.util.Set;
import warren.wireguard.IpPrefix;
import warren.wireguard.PublicKey;

/// Identities, contents and records for tests, all from a seed.
public final class Nodes {
    public static final ClusterId CLUSTER = ClusterId.parse("0123456789");

    private Nodes() {}

    public static Identity identity(long seed) {
        return Identity.generate(new Random(seed * 0x9e3779b97f4a7c15L + 1));
    }

    public static ClusterSecret secret(long seed) {
        return ClusterSecret.random(new Random(seed));
    }

    public static NodeContent content(String name, long sequence, Claim... claims) {
        byte[] key = new byte[32];
        new Random(name.hashCode()).nextBytes(key);
        return new NodeContent(
                sequence,
                77,
                name,
                new PublicKey(key),
                null,
                List.of(HostPort.parse("192.0.2.7:51820", 1)),
                51821,
                List.of(claims),
                Set.of(DataPlane.USERSPACE),
                List.of(1));
    }

    public static NodeRecord record(Identity identity, String name, long seq, Claim... claims) {
        return NodeRecord.sign(content(name, seq, claims), identity, CLUSTER);
    }

    public static Claim claim(String prefix, long lamport) {
        return new Claim(IpPrefix.parse(prefix), lamport);
    }

    /// A member as gossip would show it.
    public static Member member(Identity identity, MemberState state, Claim... claims) {
        NodeRecord record = record(identity, "n" + identity.id(), 1, claims);
        return new Member(record, NodeAddress.of(CLUSTER, record.id()), state, 1, 0, -1);
    }
}
