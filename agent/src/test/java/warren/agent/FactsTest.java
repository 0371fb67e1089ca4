// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import warren.agent.member.MembersView;
import warren.cluster.Claim;
import warren.cluster.ClusterDescriptor;
import warren.cluster.ClusterId;
import warren.cluster.DataPlane;
import warren.cluster.Identity;
import warren.cluster.Member;
import warren.cluster.MemberState;
import warren.cluster.NodeAddress;
import warren.cluster.NodeContent;
import warren.cluster.NodeRecord;
import warren.cluster.OverlayNetwork;
import warren.wireguard.IpPrefix;
import warren.wireguard.PublicKey;

class FactsTest {
    private static final ClusterId CLUSTER = new ClusterId(0x1122334455L);
    private static final ClusterDescriptor DESCRIPTOR =
            new ClusterDescriptor(CLUSTER, "c", OverlayNetwork.DEFAULT, 1);

    private final Random random = new Random(7);

    @Test
    void aPeersAllowedIpsAreItsAddressAndItsClaimsInBothFamilies() {
        NodeRecord own = record();
        NodeRecord other = record(claim("10.100.4.0/26", 1), claim("10.100.0.3/32", 2));
        Facts facts = facts(own, member(other, MemberState.ALIVE));
        List<String> expected = new ArrayList<>();
        expected.add("10.100.0.3/32");
        expected.add("10.100.4.0/26");
        expected.add(NodeAddress.container(CLUSTER, IpPrefix.parse("10.100.0.3/32")).toString());
        expected.add(NodeAddress.container(CLUSTER, IpPrefix.parse("10.100.4.0/26")).toString());
        expected.add(NodeAddress.of(CLUSTER, other.id()) + "/128");
        List<String> actual =
                new ArrayList<>(facts.allowedIps(other).stream().map(IpPrefix::toString).toList());
        expected.sort(Comparator.naturalOrder());
        actual.sort(Comparator.naturalOrder());
        assertEquals(expected, actual);
    }

    @Test
    void deadNodesStayPeersAndThoseThatLeftDoNot() {
        NodeRecord dead = record(claim("10.100.4.0/26", 1));
        NodeRecord left = record(claim("10.100.5.0/26", 1));
        Facts facts =
                facts(record(), member(dead, MemberState.DEAD), member(left, MemberState.LEFT));
        assertEquals(List.of(dead), List.copyOf(facts.others()));
    }

    @Test
    void aPrefixClaimedTwiceIsTheEarlierClaims() {
        NodeRecord early = record(claim("10.100.4.0/26", 3));
        NodeRecord late = record(claim("10.100.4.0/26", 4), claim("10.100.6.0/26", 1));
        for (MembersView view :
                List.of(
                        view(early, member(late, MemberState.ALIVE)),
                        view(late, member(early, MemberState.ALIVE)))) {
            Facts facts = Facts.of(DESCRIPTOR, view);
            assertEquals(List.of(IpPrefix.parse("10.100.4.0/26")), facts.blocks(early));
            assertEquals(List.of(IpPrefix.parse("10.100.6.0/26")), facts.blocks(late));
        }
    }

    @Test
    void ofTwoEquallyEarlyClaimsTheSmallerNodeKeeps() {
        NodeRecord one = record(claim("10.100.4.0/26", 3));
        NodeRecord other = record(claim("10.100.4.0/26", 3));
        boolean oneIsSmaller = one.id().compareTo(other.id()) < 0;
        Facts facts = facts(one, member(other, MemberState.ALIVE));
        assertEquals(oneIsSmaller ? 1 : 0, facts.blocks(one).size());
        assertEquals(oneIsSmaller ? 0 : 1, facts.blocks(other).size());
    }

    @Test
    void aClaimOutsideTheOverlayNetworkIsNobodys() {
        NodeRecord greedy =
                record(
                        claim("0.0.0.0/0", 1),
                        claim("10.0.0.0/8", 1),
                        claim("192.0.2.1/32", 1),
                        claim("10.100.4.0/26", 1));
        Facts facts = facts(record(), member(greedy, MemberState.ALIVE));
        assertEquals(List.of(IpPrefix.parse("10.100.4.0/26")), facts.blocks(greedy));
        assertEquals(3, facts.allowedIps(greedy).size());
    }

    @Test
    void aBlockThatOverlapsAnEarlierOneCountsForNothing() {
        NodeRecord early = record(claim("10.100.4.0/26", 3));
        NodeRecord within = record(claim("10.100.4.0/27", 4), claim("10.100.4.9/32", 4));
        NodeRecord around = record(claim("10.100.4.0/24", 1), claim("10.100.5.0/25", 1));
        Facts facts =
                facts(early, member(within, MemberState.ALIVE), member(around, MemberState.ALIVE));
        assertEquals(List.of(IpPrefix.parse("10.100.4.0/26")), facts.blocks(early));
        assertEquals(List.of(IpPrefix.parse("10.100.4.9/32")), facts.blocks(within));
        assertEquals(List.of(), facts.blocks(around));
    }

    @Test
    void whatIsOnlyAskedForIsRoutedToNobody() {
        NodeRecord owner = record(claim("10.100.4.0/26", 3));
        NodeRecord asking = record(new Claim(IpPrefix.parse("10.100.4.9/32"), 1, true));
        Facts facts = facts(owner, member(asking, MemberState.ALIVE));
        assertEquals(List.of(), facts.blocks(asking));
        assertEquals(List.of(IpPrefix.parse("10.100.4.0/26")), facts.blocks(owner));
    }

    private static Facts facts(NodeRecord own, Member... members) {
        return Facts.of(DESCRIPTOR, view(own, members));
    }

    private static MembersView view(NodeRecord own, Member... members) {
        return new MembersView(own, List.of(members));
    }

    private static Member member(NodeRecord record, MemberState state) {
        return new Member(record, NodeAddress.of(CLUSTER, record.id()), state, 0, 0, -1);
    }

    private static Claim claim(String prefix, long lamport) {
        return new Claim(IpPrefix.parse(prefix), lamport);
    }

    private NodeRecord record(Claim... claims) {
        Identity identity = Identity.generate(random);
        byte[] key = new byte[32];
        random.nextBytes(key);
        NodeContent content =
                new NodeContent(
                        1,
                        1,
                        "n",
                        new PublicKey(key),
                        null,
                        List.of(),
                        51821,
                        Arrays.asList(claims),
                        Set.of(DataPlane.USERSPACE),
                        List.of(1));
        return NodeRecord.sign(content, identity, CLUSTER);
    }
}
