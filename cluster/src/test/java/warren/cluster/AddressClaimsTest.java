// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import warren.cluster.AddressPlan.Allocation;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// What becomes of claims between nodes: single addresses asked for in another's block, blocks that
/// stay empty, records that are full. Plans talk through records only, as over gossip; time is a
/// parameter.
final class AddressClaimsTest {
    private static final long SETTLE = AddressPlan.SETTLE_NANOS;
    private static final long EMPTY = AddressPlan.EMPTY_NANOS;
    private static final List<Member> NOBODY = List.of();

    private final Identity self = Nodes.identity(1);
    private final Identity other = Nodes.identity(2);
    private final AddressPlan plan = plan(self);
    private final AddressPlan owner = plan(other);

    @Test
    void anAddressInAnothersBlockIsAskedForAndThenHeld() {
        owner.prepare(NOBODY, 0);
        IpAddress wanted = inBlockOf(owner, 40);
        Allocation.Wait wait =
                assertInstanceOf(
                        Allocation.Wait.class, plan.allocate("a", wanted, seen(other, owner), 0));
        assertEquals(2 * SETTLE, wait.untilNanos(), "there and back");
        assertTrue(plan.claims().getFirst().asked());
        assertEquals(List.of(), owner.resolve(seen(self, plan), 1));
        assertEquals(List.of(), plan.resolve(seen(other, owner), 2));
        assertEquals(wanted, given(plan.allocate("a", wanted, seen(other, owner), 2 * SETTLE)));
        assertEquals(List.of(new Claim(IpPrefix.of(wanted), 2)), plan.claims());

        for (int i = 0; i < 62; i++) {
            IpAddress next = given(owner.allocate("c" + i, null, seen(self, plan), 3 * SETTLE + i));
            assertFalse(next.equals(wanted), "the owner goes round it");
        }
        Allocation.Refused refused =
                assertInstanceOf(
                        Allocation.Refused.class,
                        owner.allocate("x", wanted, seen(self, plan), 3 * SETTLE));
        assertTrue(refused.message().contains("is in use on node"), refused::toString);
    }

    @Test
    void anAddressThatTheOwnerHasGivenOutIsRefusedAndNeverTakenFromIt() {
        owner.prepare(NOBODY, 0);
        IpAddress used = given(owner.allocate("theirs", null, NOBODY, 0));
        assertInstanceOf(Allocation.Wait.class, plan.allocate("a", used, seen(other, owner), 0));
        assertEquals(List.of(), owner.resolve(seen(self, plan), 1), "a question isolates nobody");
        assertTrue(owner.claims().contains(new Claim(IpPrefix.of(used), 1)), "the answer");
        assertEquals(List.of(), plan.resolve(seen(other, owner), 2));
        assertEquals(List.of(), plan.claims(), "taken back");
        Allocation.Refused refused =
                assertInstanceOf(
                        Allocation.Refused.class,
                        plan.allocate("a", used, seen(other, owner), 2 * SETTLE));
        assertTrue(refused.message().contains("is in use on node"), refused::toString);
    }

    @Test
    void aQuestionNeverBeatsAnAddressInUseHoweverEarlyItIs() {
        IpAddress used = IpAddress.parse("10.100.0.9");
        for (int i = 0; i < 5; i++) { // makes the claim late
            given(
                    plan.allocate(
                            "c" + i, IpAddress.v4((10 << 24) + 77 + i + (100 << 16)), NOBODY, 0));
        }
        given(plan.allocate("mine", used, NOBODY, 0));
        Member asking =
                Nodes.member(other, MemberState.ALIVE, new Claim(IpPrefix.of(used), 1, true));
        assertEquals(List.of(), plan.resolve(List.of(asking), 0));
        assertEquals(used, plan.allocations().get("mine"));
        assertTrue(plan.claims().stream().anyMatch(claim -> claim.prefix().contains(used)));
    }

    @Test
    void ofTwoThatAskAtOnceOneGetsTheAddress() {
        IpAddress wanted = IpAddress.parse("10.100.0.9");
        List<Member> strangers = seen(other, owner);
        assertInstanceOf(Allocation.Wait.class, plan.allocate("a", wanted, strangers, 0));
        assertInstanceOf(
                Allocation.Wait.class,
                owner.allocate("b", wanted, List.of(Nodes.member(self, MemberState.ALIVE)), 0));
        Member mine = seen(self, plan).getFirst();
        Member theirs = seen(other, owner).getFirst();
        plan.resolve(List.of(theirs), 1);
        owner.resolve(List.of(mine), 1);
        Allocation one = plan.allocate("a", wanted, List.of(theirs), SETTLE);
        Allocation two = owner.allocate("b", wanted, List.of(mine), SETTLE);
        boolean first = self.id().compareTo(other.id()) < 0;
        assertInstanceOf(Allocation.Given.class, first ? one : two);
        assertInstanceOf(Allocation.Refused.class, first ? two : one);
    }

    @Test
    void anAddressNobodyCameBackForIsNoLongerAskedFor() {
        List<Member> others = seen(other, owner);
        assertInstanceOf(
                Allocation.Wait.class,
                plan.allocate("a", IpAddress.parse("10.100.0.9"), others, 0));
        plan.resolve(others, SETTLE + 30_000_000_000L);
        assertEquals(1, plan.claims().size());
        plan.resolve(others, SETTLE + 60_000_000_000L);
        assertEquals(List.of(), plan.claims());
    }

    @Test
    void aSecondBlockIsTakenWhenTheFirstIsFullAndGivenBackWhenItHasLongBeenEmpty() {
        int fits = fillFirstBlock();
        given(plan.allocate("one more", null, NOBODY, 0));
        assertEquals(2, blocks(plan));
        plan.resolve(NOBODY, 0);
        plan.release("one more");
        plan.release("c0");
        plan.resolve(NOBODY, 1);
        plan.resolve(NOBODY, EMPTY);
        assertEquals(2, blocks(plan), "not yet");
        plan.resolve(NOBODY, 1 + EMPTY);
        assertEquals(1, blocks(plan));
        for (int i = 1; i < fits; i++) {
            plan.release("c" + i);
        }
        plan.resolve(NOBODY, 2 + EMPTY);
        plan.resolve(NOBODY, 9 * EMPTY);
        assertEquals(1, blocks(plan), "never the last");
    }

    @Test
    void anEmptyBlockIsKeptWhileItIsTheOnlyRoomAndWhileItIsUsedNowAndThen() {
        fillFirstBlock();
        IpAddress second = given(plan.allocate("one more", null, NOBODY, 0));
        plan.release("one more");
        plan.resolve(NOBODY, 1);
        plan.resolve(NOBODY, 2 * EMPTY);
        assertEquals(2, blocks(plan), "the first is full");
        plan.release("c0");
        given(plan.allocate("again", second, NOBODY, 2 * EMPTY));
        plan.resolve(NOBODY, 2 * EMPTY);
        plan.release("again");
        plan.resolve(NOBODY, 2 * EMPTY + 1);
        assertEquals(2, blocks(plan), "its time begins anew");
    }

    @Test
    void aBlockGivenBackWhileAnotherClaimsInItLeavesTheOthersClaimAlone() {
        fillFirstBlock();
        IpAddress second = given(plan.allocate("one more", null, NOBODY, 0));
        plan.release("one more");
        plan.release("c0");
        plan.resolve(NOBODY, 1);
        IpAddress wanted = IpAddress.v4((int) second.low() ^ 1);
        assertInstanceOf(
                Allocation.Wait.class, owner.allocate("b", wanted, seen(self, plan), EMPTY));
        plan.resolve(seen(other, owner), 1 + EMPTY);
        assertEquals(1, blocks(plan));
        long later = EMPTY + 2 * SETTLE;
        assertEquals(List.of(), owner.resolve(seen(self, plan), later));
        assertEquals(wanted, given(owner.allocate("b", wanted, seen(self, plan), later)));
        AddressPlan third = plan(Nodes.identity(3));
        for (int i = 0; i < 300; i++) {
            List<Member> both = List.of(seen(self, plan).getFirst(), seen(other, owner).getFirst());
            if (third.allocate("d" + i, null, both, 10L * i * SETTLE)
                    instanceof Allocation.Given(IpAddress address)) {
                assertFalse(address.equals(wanted));
            }
        }
    }

    @Test
    void aCounterAtItsHighestStopsNobody() {
        Member greedy =
                Nodes.member(
                        other,
                        MemberState.ALIVE,
                        new Claim(IpPrefix.parse("10.100.200.0/26"), Claim.MAX_LAMPORT));
        plan.prepare(List.of(greedy), 0);
        Claim[] claims = plan.claims().toArray(new Claim[0]);
        NodeRecord record = Nodes.record(self, "n", 1, claims);
        NodeRecord read = assertInstanceOf(NodeRecord.class, NodeRecord.parse(record.toBytes()));
        assertEquals(plan.claims(), read.content().claims());
    }

    @Test
    void moreAddressesThanARecordHoldsAreNamed() {
        int fits = fillFirstBlock();
        for (int i = 0; i < fits; i++) {
            given(plan.allocate("d" + i, null, NOBODY, 0));
        }
        assertEquals(List.of(), plan.unpublished());
        AddressPlan lost = lessRight();
        assertEquals(NodeContent.MAX_CLAIMS, lost.claims().size());
        assertEquals(2 * fits - NodeContent.MAX_CLAIMS, lost.unpublished().size());
    }

    /// The plan after everything was lost to an earlier claim.
    private AddressPlan lessRight() {
        AddressPlan later = plan(self);
        Member early = Nodes.member(other, MemberState.DEAD, Nodes.claim("10.100.250.0/26", 9));
        int given = plan.allocations().size();
        for (int i = 0; i < given; i++) {
            given(later.allocate("c" + i, null, List.of(early), 0));
        }
        Claim[] earlier =
                later.claims().stream()
                        .map(claim -> new Claim(claim.prefix(), 1))
                        .toArray(Claim[]::new);
        later.resolve(List.of(Nodes.member(other, MemberState.ALIVE, earlier)), 0);
        return later;
    }

    /// Gives every address of a first block to containers `c0`, `c1` and on.
    private int fillFirstBlock() {
        int count = 0;
        given(plan.allocate("c0", null, NOBODY, 0));
        int size = 1 << (32 - plan.claims().getFirst().prefix().length());
        while (++count < size) {
            given(plan.allocate("c" + count, null, NOBODY, 0));
        }
        assertEquals(1, blocks(plan));
        return count;
    }

    private static long blocks(AddressPlan plan) {
        return plan.claims().stream().filter(claim -> !claim.prefix().isSingle()).count();
    }

    private static IpAddress inBlockOf(AddressPlan plan, int offset) {
        return IpAddress.v4((int) plan.claims().getFirst().prefix().address().low() + offset);
    }

    private static List<Member> seen(Identity node, AddressPlan plan) {
        List<Claim> claims = new ArrayList<>(plan.claims());
        return List.of(Nodes.member(node, MemberState.ALIVE, claims.toArray(new Claim[0])));
    }

    private static AddressPlan plan(Identity node) {
        return new AddressPlan(OverlayNetwork.DEFAULT, node.id(), new Random(7));
    }

    private static IpAddress given(Allocation allocation) {
        return assertInstanceOf(Allocation.Given.class, allocation).address();
    }
}
