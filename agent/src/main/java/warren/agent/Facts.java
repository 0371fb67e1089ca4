// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import warren.agent.member.MembersView;
import warren.cluster.Claim;
import warren.cluster.ClusterDescriptor;
import warren.cluster.Member;
import warren.cluster.MemberState;
import warren.cluster.NodeAddress;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.wireguard.IpPrefix;

/// Which node owns which part of the overlay network, from everybody's claims. Immutable, pure.
final class Facts {
    private final ClusterDescriptor cluster;
    private final List<Member> peers;
    private final Map<IpPrefix, NodeId> owners = new HashMap<>();

    private Facts(ClusterDescriptor cluster, List<Member> peers) {
        this.cluster = cluster;
        this.peers = peers;
    }

    static Facts of(ClusterDescriptor cluster, MembersView view) {
        List<Member> peers =
                view.members().stream()
                        .filter(member -> member.state() != MemberState.LEFT)
                        .toList();
        Facts facts = new Facts(cluster, peers);
        List<NodeRecord> records = new ArrayList<>(facts.others());
        records.add(view.own());
        facts.decideOwners(records);
        return facts;
    }

    /// One prefix claimed twice is the earlier claim's, by counter and then by node id: every node
    /// decides the same, whoever has noticed already.
    private void decideOwners(List<NodeRecord> records) {
        Map<IpPrefix, Long> counters = new HashMap<>();
        for (NodeRecord record : records) {
            for (Claim claim : record.content().claims()) {
                IpPrefix prefix = claim.prefix();
                NodeId owner = owners.get(prefix);
                long counter = counters.getOrDefault(prefix, Long.MAX_VALUE);
                boolean wins =
                        owner == null
                                || claim.lamport() < counter
                                || (claim.lamport() == counter && record.id().compareTo(owner) < 0);
                if (wins) {
                    owners.put(prefix, record.id());
                    counters.put(prefix, claim.lamport());
                }
            }
        }
    }

    /// Every other node that has not left, by id.
    List<Member> peers() {
        return peers;
    }

    Collection<NodeRecord> others() {
        return peers.stream().map(Member::record).toList();
    }

    /// The IPv4 prefixes of a node that no earlier claim takes from it.
    List<IpPrefix> blocks(NodeRecord record) {
        return record.content().claims().stream()
                .map(Claim::prefix)
                .filter(prefix -> record.id().equals(owners.get(prefix)))
                .sorted()
                .toList();
    }

    /// The same with the IPv6 prefix beside each.
    List<IpPrefix> overlayPrefixes(NodeRecord record) {
        List<IpPrefix> all = new ArrayList<>();
        for (IpPrefix block : blocks(record)) {
            all.add(block);
            all.add(NodeAddress.container(cluster.id(), block));
        }
        return all;
    }

    /// What WireGuard lets in from a node and sends to it.
    List<IpPrefix> allowedIps(NodeRecord record) {
        List<IpPrefix> all = new ArrayList<>(overlayPrefixes(record));
        all.add(IpPrefix.of(NodeAddress.of(cluster.id(), record.id())));
        return all;
    }
}
