// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
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
    private final NavigableMap<IpPrefix, NodeId> owners = new TreeMap<>();

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

    /// What is only asked for is nobody's. What is claimed twice is the earlier claim's, by counter
    /// and then by node id: every node
    /// decides the same, whoever has noticed already. A single address may lie in another node's
    /// block; a block that overlaps an earlier one counts for nothing. Nobody owns anything outside
    /// the overlay network, or more than a block by one claim: or one member's record could take
    /// all of a node's traffic.
    private void decideOwners(List<NodeRecord> records) {
        List<Owned> all = new ArrayList<>();
        for (NodeRecord record : records) {
            for (Claim claim : record.content().claims()) {
                boolean holds = !claim.asked();
                if (holds && cluster.network().admits(claim)) {
                    all.add(new Owned(claim, record.id()));
                }
            }
        }
        all.sort(
                Comparator.comparingLong((Owned owned) -> owned.claim().lamport())
                        .thenComparing(Owned::node));
        for (Owned owned : all) {
            IpPrefix prefix = owned.claim().prefix();
            if (prefix.isSingle() || !overlapsAnother(prefix, owned.node())) {
                owners.putIfAbsent(prefix, owned.node());
            }
        }
    }

    private record Owned(Claim claim, NodeId node) {}

    /// Whether a block decided on already shares addresses with `block` and is another node's.
    private boolean overlapsAnother(IpPrefix block, NodeId node) {
        for (int length = cluster.network().prefix().length(); length < block.length(); length++) {
            NodeId owner = owners.get(new IpPrefix(block.address(), length));
            if (owner != null && !owner.equals(node)) {
                return true;
            }
        }
        return owners.tailMap(block, true).entrySet().stream()
                .takeWhile(entry -> block.contains(entry.getKey()))
                .anyMatch(entry -> !entry.getKey().isSingle() && !entry.getValue().equals(node));
    }

    /// Every other node that has not left, by id.
    List<Member> peers() {
        return peers;
    }

    Collection<NodeRecord> others() {
        return peers.stream().map(Member::record).toList();
    }

    /// The IPv4 prefixes of a node within the overlay network that no earlier claim takes from it.
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
