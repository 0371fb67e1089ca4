// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import warren.agent.member.MembersView;
import warren.agent.store.SavedNode;
import warren.agent.store.TestNodes;
import warren.cluster.Member;
import warren.cluster.MemberState;
import warren.cluster.NodeAddress;
import warren.control.RefusedException;

class NamedNodesTest {
    private final SavedNode own = TestNodes.node("own", 1);
    private final Member a = member("a", 2);
    private final Member twin = member("twin", 3);
    private final Member other = member("twin", 4);
    private final MembersView view = view(a, twin, other);

    @Test
    void aNodeIsFoundByItsNameItsIdOrTheBeginningOfThat() throws Exception {
        for (String wanted : List.of("a", a.id().toString(), a.id().toString().substring(0, 6))) {
            assertEquals(a, NamedNodes.find(wanted, view));
        }
        assertEquals(other, NamedNodes.find(other.id().toString(), view));
    }

    @Test
    void aNameThatTwoHaveIsAnsweredWithBothIds() {
        assertEquals(
                "2 nodes are called twin: " + twin.id() + " (alive), " + other.id() + " (alive)",
                refusal("twin", view));
    }

    @Test
    void aNodeThatIsCalledAsThisOneIsNotTakenForIt() {
        Member namesake = member("own", 5);
        assertEquals("that is this very node", refusal("own", view));
        assertEquals(
                "2 nodes are called own: "
                        + own.own().id()
                        + " (this node), "
                        + namesake.id()
                        + " (alive)",
                refusal("own", view(namesake)));
    }

    @Test
    void aShortBeginningOrAnUnknownNameIsNobody() {
        assertEquals("no node is called nobody", refusal("nobody", view));
        String three = a.id().toString().substring(0, 3);
        assertEquals("no node is called " + three, refusal(three, view));
    }

    private static String refusal(String wanted, MembersView view) {
        return assertThrows(RefusedException.class, () -> NamedNodes.find(wanted, view))
                .problem()
                .error();
    }

    private MembersView view(Member... members) {
        return new MembersView(own.own(), new ArrayList<>(List.of(members)));
    }

    private static Member member(String name, int seed) {
        var record = TestNodes.node(name, seed).own();
        return new Member(
                record,
                NodeAddress.of(TestNodes.CLUSTER, record.id()),
                MemberState.ALIVE,
                1,
                0,
                -1);
    }
}
