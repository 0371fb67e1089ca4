// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import warren.agent.member.MembersView;
import warren.agent.store.SavedNode;
import warren.agent.store.TestNodes;
import warren.cluster.AddressPlan;
import warren.cluster.Claim;
import warren.cluster.Member;
import warren.cluster.MemberState;
import warren.cluster.NodeAddress;
import warren.cluster.NodeRecord;
import warren.control.AddressOwner;
import warren.control.AddressReport;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

class AddressTableTest {
    private final NodeRecord self =
            claiming("self", 1, claim("10.100.4.0/26", 1), claim("10.100.0.3/32", 5));
    private final NodeRecord dead =
            claiming("dead", 2, claim("10.100.8.0/27", 2), claim("10.100.4.9/32", 6));
    private final NodeRecord late = claiming("late", 3, claim("10.100.4.0/26", 9));
    private final NodeRecord left = claiming("left", 4, claim("10.100.9.0/26", 1));
    private final NodeRecord asking =
            claiming("asking", 5, new Claim(IpPrefix.parse("10.100.4.7/32"), 11, true));

    private final AddressReport report =
            AddressTable.of(
                    TestNodes.DESCRIPTOR,
                    new MembersView(
                            self,
                            List.of(
                                    member(dead, MemberState.DEAD),
                                    member(late, MemberState.ALIVE),
                                    member(left, MemberState.LEFT),
                                    member(asking, MemberState.SUSPECT))),
                    new AddressUse(
                            new TreeMap<>(
                                    Map.of(
                                            "a", IpAddress.parse("10.100.4.5"),
                                            "b", IpAddress.parse("10.100.0.3"))),
                            IpAddress.parse("10.100.4.6"),
                            List.of(
                                    new AddressPlan.Conflict(
                                            IpAddress.parse("10.100.4.9"), "c", dead.id()))));

    @Test
    void whatOverlapsCountsOnceAndWhoLeftCountsForNothing() {
        assertEquals(65536, report.size());
        assertEquals(64 + 1 + 32, report.claimed());
        assertEquals(
                List.of("self", "dead", "late", "asking"),
                report.owners().stream().map(AddressOwner::name).toList());
    }

    @Test
    void thisNodeKnowsWhatItGaveOut() {
        AddressOwner own = report.owners().getFirst();
        assertEquals("self", own.state());
        assertEquals("10.100.0.3/32", own.prefixes().getFirst().ipv4());
        assertEquals(1L, own.prefixes().getFirst().inUse());
        assertEquals(2L, own.prefixes().get(1).inUse());
        assertEquals(
                NodeAddress.container(TestNodes.CLUSTER, IpPrefix.parse("10.100.4.0/26"))
                        .toString(),
                own.prefixes().get(1).ipv6());
    }

    @Test
    void laterClaimsAreLostAndQuestionsAreNoOnes() {
        AddressOwner later = report.owners().get(2);
        assertEquals(List.of(), later.prefixes());
        assertEquals(List.of("10.100.4.0/26"), later.lost());
        AddressOwner question = report.owners().get(3);
        assertEquals("suspect", question.state());
        assertEquals(List.of("10.100.4.7/32"), question.asked());
        assertEquals(List.of(), question.lost());
    }

    @Test
    void aConflictNamesTheNodeThatKeepsTheAddress() {
        assertEquals("dead", report.conflicts().getFirst().winner());
        assertEquals("10.100.4.9", report.conflicts().getFirst().address());
    }

    @Test
    void nodesThatCanBeMistakenAreNamedWithTheirIds() {
        NodeRecord twin = claiming("self", 6);
        MembersView view =
                new MembersView(
                        self,
                        List.of(
                                member(twin, MemberState.ALIVE),
                                member(claiming("dead", 7), MemberState.LEFT),
                                member(dead, MemberState.DEAD)));
        assertEquals(
                List.of(
                        "2 nodes are called self: %s, %s; name them by their ids"
                                .formatted(self.id(), twin.id())),
                Mistaken.doubled(view));
        assertEquals(2, Mistaken.cloned(List.of(self.id(), dead.id()), view).size());
    }

    private static NodeRecord claiming(String name, int seed, Claim... claims) {
        SavedNode node = TestNodes.node(name, seed);
        return NodeRecord.sign(
                node.own().content().withClaims(List.of(claims)),
                node.identity(),
                TestNodes.CLUSTER);
    }

    private static Member member(NodeRecord record, MemberState state) {
        return new Member(record, NodeAddress.of(TestNodes.CLUSTER, record.id()), state, 1, 0, -1);
    }

    private static Claim claim(String prefix, long lamport) {
        return new Claim(IpPrefix.parse(prefix), lamport);
    }
}
