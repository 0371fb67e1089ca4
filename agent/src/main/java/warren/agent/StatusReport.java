// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import warren.agent.container.Container;
import warren.agent.member.GossipLoop;
import warren.agent.member.Standing;
import warren.agent.store.SavedNode;
import warren.agent.tunnel.PeerPlan;
import warren.cluster.Member;
import warren.cluster.MemberState;
import warren.cluster.NodeAddress;
import warren.cluster.NodeContent;
import warren.cluster.NodeRecord;
import warren.control.ContainerStatus;
import warren.control.EvictedNode;
import warren.control.Membership;
import warren.control.NodeStatus;
import warren.control.PeerStatus;
import warren.control.SecretStatus;
import warren.control.Status;
import warren.tunnel.DeviceState;
import warren.tunnel.PeerState;
import warren.wireguard.IpPrefix;

/// Puts what the loops know into the words of the API. Thread-safe because immutable.
final class StatusReport {
    private final SavedNode node;
    private final GossipLoop gossip;
    private final Reconciler reconciler;
    private final String tunnelKind;

    StatusReport(SavedNode node, GossipLoop gossip, Reconciler reconciler, String tunnelKind) {
        this.node = node;
        this.gossip = gossip;
        this.reconciler = reconciler;
        this.tunnelKind = tunnelKind;
    }

    Membership membership() {
        NodeRecord own = gossip.view().own();
        return new Membership(
                node.cluster().id().toString(),
                node.cluster().network().toString(),
                own.name(),
                own.id().toString(),
                address(own));
    }

    Status status(List<String> problems) {
        Facts facts = Facts.of(node.cluster(), gossip.view());
        NodeRecord own = gossip.view().own();
        NodeContent content = own.content();
        return new Status(
                Status.State.JOINED,
                node.cluster().id().toString(),
                node.cluster().network().toString(),
                new NodeStatus(
                        own.name(),
                        own.id().toString(),
                        address(own),
                        content.wireguardKey().toBase64(),
                        tunnelKind,
                        texts(facts.blocks(own)),
                        content.endpoints().stream().map(Object::toString).toList()),
                containers(),
                problems,
                secret());
    }

    /// Which secret holds, and who has it as far as this node knows.
    SecretStatus secret() {
        Standing standing = gossip.standing();
        int tag = standing.newest().tag();
        List<SecretStatus.Waiting> waiting = new ArrayList<>();
        int alive = 0;
        for (Member member : gossip.view().members()) {
            boolean has = member.record().content().epochs().contains(tag);
            boolean there = member.state() == MemberState.ALIVE;
            alive += there ? 1 : 0;
            if (!has && member.state() != MemberState.LEFT) {
                waiting.add(
                        new SecretStatus.Waiting(
                                member.record().name(), member.id().toString(), there));
            }
        }
        List<EvictedNode> evicted =
                standing.evictions().stream()
                        .map(each -> new EvictedNode(each.name(), each.evicted().toString()))
                        .distinct()
                        .toList();
        return new SecretStatus(standing.newest().number(), alive + 1, waiting, evicted);
    }

    private List<ContainerStatus> containers() {
        return reconciler.attached().stream().map(StatusReport::container).toList();
    }

    private static ContainerStatus container(Container container) {
        return new ContainerStatus(container.name(), container.address().toString());
    }

    List<PeerStatus> peers(DeviceState device, Instant now) {
        Facts facts = Facts.of(node.cluster(), gossip.view());
        List<PeerStatus> peers = new ArrayList<>();
        for (Member member : gossip.view().members()) {
            peers.add(peer(member, TunnelStep.find(device, member), facts, now));
        }
        return peers;
    }

    private PeerStatus peer(Member member, @Nullable PeerState state, Facts facts, Instant now) {
        NodeRecord record = member.record();
        Long age = state == null ? null : age(state.lastHandshake(), now);
        boolean direct = state != null && PeerPlan.isFresh(state.lastHandshake(), now);
        return new PeerStatus(
                record.name(),
                record.id().toString(),
                address(record),
                record.content().wireguardKey().toBase64(),
                member.state().name().toLowerCase(Locale.ROOT),
                direct ? "direct" : "none",
                state == null || state.endpoint() == null ? null : state.endpoint().toString(),
                age,
                state == null ? 0 : state.rxBytes(),
                state == null ? 0 : state.txBytes(),
                reconciler.mtu(),
                texts(facts.blocks(record)));
    }

    private static @Nullable Long age(@Nullable Instant handshake, Instant now) {
        return handshake == null
                ? null
                : (Long) Math.max(0, Duration.between(handshake, now).toSeconds());
    }

    private String address(NodeRecord record) {
        return NodeAddress.of(node.cluster().id(), record.id()).toString();
    }

    private static List<String> texts(List<IpPrefix> prefixes) {
        return prefixes.stream().map(IpPrefix::toString).toList();
    }
}
