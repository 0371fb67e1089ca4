// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import warren.agent.member.MembersView;
import warren.cluster.AddressPlan;
import warren.cluster.Claim;
import warren.cluster.ClusterDescriptor;
import warren.cluster.Member;
import warren.cluster.NodeAddress;
import warren.cluster.NodeRecord;
import warren.control.AddressConflict;
import warren.control.AddressOwner;
import warren.control.AddressPrefix;
import warren.control.AddressReport;
import warren.wireguard.IpPrefix;

/// Puts everybody's claims into the words of the API. Pure.
final class AddressTable {
    private final ClusterDescriptor cluster;
    private final Facts facts;

    private AddressTable(ClusterDescriptor cluster, Facts facts) {
        this.cluster = cluster;
        this.facts = facts;
    }

    static AddressReport of(ClusterDescriptor cluster, MembersView view, AddressUse use) {
        AddressTable table = new AddressTable(cluster, Facts.of(cluster, view));
        List<AddressOwner> owners = new ArrayList<>();
        owners.add(table.owner(view.own(), "self", use));
        for (Member member : table.facts.peers()) {
            String state = member.state().name().toLowerCase(Locale.ROOT);
            owners.add(table.owner(member.record(), state, null));
        }
        return new AddressReport(
                cluster.network().toString(),
                NodeAddress.containers(cluster.id()).toString(),
                size(cluster.network().prefix()),
                table.claimed(view.own()),
                owners,
                use.conflicts().stream().map(each -> conflict(each, view)).toList());
    }

    private AddressOwner owner(NodeRecord record, String state, @Nullable AddressUse known) {
        List<IpPrefix> owned = facts.blocks(record);
        List<String> asked = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        for (Claim claim : record.content().claims()) {
            if (claim.asked()) {
                asked.add(claim.prefix().toString());
            } else if (!owned.contains(claim.prefix())) {
                lost.add(claim.prefix().toString());
            }
        }
        return new AddressOwner(
                record.name(),
                record.id().toString(),
                state,
                owned.stream().map(prefix -> prefix(prefix, known)).toList(),
                asked,
                lost);
    }

    private AddressPrefix prefix(IpPrefix prefix, @Nullable AddressUse known) {
        return new AddressPrefix(
                prefix.toString(),
                NodeAddress.container(cluster.id(), prefix).toString(),
                size(prefix),
                known == null ? null : (Long) known.in(prefix));
    }

    /// Blocks, and single addresses outside of them.
    private long claimed(NodeRecord own) {
        List<IpPrefix> all = new ArrayList<>(facts.blocks(own));
        facts.others().forEach(record -> all.addAll(facts.blocks(record)));
        List<IpPrefix> blocks = all.stream().filter(prefix -> !prefix.isSingle()).toList();
        return all.stream()
                .filter(
                        prefix ->
                                !prefix.isSingle()
                                        || blocks.stream().noneMatch(it -> it.contains(prefix)))
                .mapToLong(AddressTable::size)
                .sum();
    }

    private static AddressConflict conflict(AddressPlan.Conflict conflict, MembersView view) {
        String winner =
                view.members().stream()
                        .filter(member -> member.id().equals(conflict.winner()))
                        .findFirst()
                        .map(member -> member.record().name())
                        .orElse("");
        return new AddressConflict(
                conflict.container(),
                conflict.address().toString(),
                winner,
                conflict.winner().toString());
    }

    private static long size(IpPrefix prefix) {
        return 1L << (32 - prefix.length());
    }
}
