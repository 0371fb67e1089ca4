// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import warren.cluster.AddressPlan.Allocation;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

final class AddressPlanTest {
    private static final long SETTLE = AddressPlan.SETTLE_NANOS;
    private static final List<Member> NOBODY = List.of();

    /// Ordered by node id.
    private final List<Identity> nodes =
            List.of(Nodes.identity(1), Nodes.identity(2), Nodes.identity(3)).stream()
                    .sorted((a, b) -> a.id().compareTo(b.id()))
                    .toList();

    private final Identity lesser = nodes.get(0);
    private final Identity self = nodes.get(1);
    private final Identity greater = nodes.get(2);
    private final AddressPlan plan = plan("10.100.0.0/16", self);

    @Test
    void thePicturesAddressesAreGivenAtOnceWhereNobodyElseIs() {
        assertEquals(
                address("10.100.0.2"), given(plan.allocate("a", address("10.100.0.2"), NOBODY, 0)));
        assertEquals(
                address("10.100.0.3"), given(plan.allocate("b", address("10.100.0.3"), NOBODY, 0)));
        assertEquals(
                List.of(Nodes.claim("10.100.0.2", 1), Nodes.claim("10.100.0.3", 2)), plan.claims());
        assertEquals(address("10.100.0.2"), given(plan.allocate("a", null, NOBODY, 0)));
    }

    @Test
    void aNewClaimIsSpreadBeforeItIsUsed() {
        List<Member> others = List.of(Nodes.member(greater, MemberState.ALIVE));
        Allocation.Wait wait =
                assertInstanceOf(Allocation.Wait.class, plan.allocate("a", null, others, 50));
        assertEquals(50 + SETTLE, wait.untilNanos());
        assertEquals(1, plan.claims().size());
        assertInstanceOf(Allocation.Wait.class, plan.allocate("a", null, others, 49 + SETTLE));
        given(plan.allocate("a", null, others, 50 + SETTLE));
        assertEquals(1, plan.claims().size());
    }

    @Test
    void aBlockIsChosenOutsideOthersAndTheFirst() {
        List<Member> others = owners("10.100.128.0/18", MemberState.DEAD, 7);
        for (int seed = 0; seed < 200; seed++) {
            AddressPlan some = new AddressPlan(OverlayNetwork.DEFAULT, self.id(), new Random(seed));
            some.prepare(others, 0);
            Claim claim = some.claims().getFirst();
            assertEquals(26, claim.prefix().length());
            assertEquals(8, claim.lamport());
            assertFalse(claim.prefix().overlaps(IpPrefix.parse("10.100.128.0/18")));
            assertNotEquals(address("10.100.0.0"), claim.prefix().address());
        }
    }

    @Test
    void blocksGetSmallerAndTheFirstIsUsedLast() {
        Member other =
                Nodes.member(
                        greater,
                        MemberState.ALIVE,
                        IntStream.range(2, 16)
                                .mapToObj(i -> Nodes.claim("10.9.0." + 16 * i + "/28", 1))
                                .toArray(Claim[]::new));
        AddressPlan small = plan("10.9.0.0/24", self);
        small.prepare(List.of(other), 0);
        IpPrefix chosen = small.claims().getFirst().prefix();
        assertEquals(30, chosen.length(), "an eighth is left");
        assertTrue(IpPrefix.parse("10.9.0.16/28").contains(chosen));
        AddressPlan last = plan("10.9.0.0/24", lesser);
        Member second = Nodes.member(self, MemberState.ALIVE, Nodes.claim("10.9.0.16/28", 2));
        last.prepare(List.of(other, second), 0);
        assertTrue(
                IpPrefix.parse("10.9.0.0/28").contains(last.claims().getFirst().prefix()),
                "where people give addresses by hand");
        assertInstanceOf(
                Allocation.Wait.class, last.allocate("x", null, List.of(other, second), 0));
    }

    @Test
    void blocksAreHalvedEachTimeThatHalfOfTheRestIsClaimed() {
        List<Member> others = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        while (true) {
            AddressPlan next = plan("10.9.0.0/20", self);
            next.prepare(others, 0);
            if (next.claims().isEmpty()) {
                break;
            }
            lengths.add(next.claims().getFirst().prefix().length());
            others.add(Nodes.member(greater, MemberState.ALIVE, next.claims().getFirst()));
        }
        for (int length = 26; length < 30; length++) {
            assertEquals(32, Collections.frequency(lengths, length), "of length " + length);
        }
        assertEquals(64, Collections.frequency(lengths, 30));
        assertEquals(lengths.stream().sorted().toList(), lengths);
    }

    @Test
    void aFullNetworkSaysSo() {
        List<Member> others = owners("10.100.0.0/16", MemberState.DEAD, 1);
        Allocation.Refused refused =
                assertInstanceOf(Allocation.Refused.class, plan.allocate("a", null, others, 0));
        assertEquals(
                "the overlay network 10.100.0.0/16 is full: 16 nodes own 65536 of its 65536"
                        + " addresses, this one 0; 16 of the owners are dead and hold 65536",
                refused.message());
        String hint = String.valueOf(refused.hint());
        assertTrue(hint.contains("warren evict") && hint.contains("warren leave"), hint);
    }

    @Test
    void whoClaimsAllThatIsFreeOfASmallNetworkTakesNoBlockThatIsHeld() {
        AddressPlan small = plan("10.9.0.0/24", self);
        IpAddress mine = given(small.allocate("a", null, NOBODY, 0));
        List<Claim> before = small.claims();
        Claim[] all = new Claim[16];
        for (int i = 0; i < all.length; i++) {
            all[i] = Nodes.claim("10.9.0." + 16 * i + "/28", 2);
        }
        List<Member> greedy = List.of(Nodes.member(lesser, MemberState.ALIVE, all));
        assertEquals(List.of(), small.resolve(greedy, 0));
        assertEquals(before, small.claims());
        for (int i = 1; i < 16; i++) {
            given(small.allocate("more" + i, null, greedy, 0));
        }
        assertInstanceOf(Allocation.Refused.class, small.allocate("too many", null, greedy, 0));
        assertEquals(mine, small.allocations().get("a"));
    }

    /// A counter is what its claimer says: nothing tells a lie from the other half of a partition.
    @Test
    void whoDatesAClaimBackTakesTheBlockButNotTheAddressesInUse() {
        Claim earlier = Nodes.claim("10.100.200.0/26", 7);
        plan.prepare(List.of(Nodes.member(greater, MemberState.ALIVE, earlier)), 0);
        Claim block = plan.claims().getFirst();
        assertEquals(8, block.lamport());
        IpAddress used = given(plan.allocate("a", null, NOBODY, SETTLE));
        Claim back = new Claim(block.prefix(), 1);
        List<Member> liar = List.of(Nodes.member(greater, MemberState.ALIVE, back));
        assertEquals(List.of(), plan.resolve(liar, SETTLE), "no conflict");
        assertEquals(List.of(new Claim(IpPrefix.of(used), block.lamport())), plan.claims());
        Claim single = new Claim(IpPrefix.of(used), 1);
        liar = List.of(Nodes.member(greater, MemberState.ALIVE, single));
        assertEquals(
                List.of(new AddressPlan.Conflict(used, "a", greater.id())),
                plan.resolve(liar, SETTLE));
    }

    /// All its records say is at most 64 blocks of the network's own size.
    @Test
    void whatOneNodeClaimsBeyondABlockAtATimeCountsForNothing() {
        Member greedy =
                Nodes.member(
                        lesser,
                        MemberState.ALIVE,
                        Nodes.claim("10.100.0.0/16", 1),
                        Nodes.claim("10.100.64.0/25", 1),
                        Nodes.claim("10.0.0.0/8", 1),
                        Nodes.claim("10.101.0.0/26", 1));
        given(plan.allocate("a", null, NOBODY, 0));
        List<Claim> before = plan.claims();
        assertEquals(List.of(), plan.resolve(List.of(greedy), 0));
        assertEquals(before, plan.claims());
        assertInstanceOf(Allocation.Given.class, plan.allocate("b", null, List.of(greedy), 0));
    }

    @Test
    void everyAddressOfTheNetworkIsGivenOnceButFirstAndLast() {
        AddressPlan tiny = plan("10.9.0.0/26", self);
        Set<IpAddress> seen = new HashSet<>();
        for (int i = 0; i < 62; i++) {
            assertTrue(seen.add(given(tiny.allocate("c" + i, null, NOBODY, 0))));
        }
        assertFalse(seen.contains(address("10.9.0.0")));
        assertFalse(seen.contains(address("10.9.0.63")));
        assertInstanceOf(Allocation.Refused.class, tiny.allocate("more", null, NOBODY, 0));
        assertTrue(tiny.release("c7"));
        assertFalse(tiny.release("c7"));
        given(tiny.allocate("more", null, NOBODY, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "10.100.0.0, is the first or the last address",
        "10.100.255.255, is the first or the last address",
        "10.101.0.1, is outside the overlay network 10.100.0.0/16",
        "fd00::1, is outside the overlay network",
        "10.100.9.9, is in use by mine on this node",
        "10.100.8.8, is in use on node",
        "10.100.8.9, is being taken by node"
    })
    void aGivenAddressThatCannotBeIsRefusedSayingWhy(String wanted, String why) {
        given(plan.allocate("mine", address("10.100.9.9"), NOBODY, 0));
        Member other =
                Nodes.member(
                        greater,
                        MemberState.SUSPECT,
                        Nodes.claim("10.100.8.8", 1),
                        new Claim(IpPrefix.parse("10.100.8.9/32"), 1, true));
        Allocation.Refused refused =
                assertInstanceOf(
                        Allocation.Refused.class,
                        plan.allocate("new", address(wanted), List.of(other), 0));
        assertTrue(refused.message().contains(why), refused::message);
    }

    @Test
    void anAddressOfADeadNodeMayBeGivenAgain() {
        Member dead = Nodes.member(greater, MemberState.DEAD, Nodes.claim("10.100.8.8", 1));
        given(plan.allocate("new", address("10.100.8.8"), List.of(dead), 0));
    }

    @Test
    void theLaterOwnerOfABlockKeepsItsAddressesAsSingles() {
        plan.prepare(NOBODY, 0);
        IpAddress used = given(plan.allocate("a", null, NOBODY, 0));
        IpPrefix block = plan.claims().getFirst().prefix();
        Member winner = Nodes.member(lesser, MemberState.ALIVE, new Claim(block, 1));
        assertTrue(plan.resolve(List.of(winner), 0).isEmpty());
        assertEquals(List.of(new Claim(IpPrefix.of(used), 1)), plan.claims());
        assertEquals(used, plan.allocations().get("a"));
    }

    @Test
    void theEarlierOwnerKeepsItsBlock() {
        plan.prepare(NOBODY, 0);
        List<Claim> before = plan.claims();
        Claim later = new Claim(before.getFirst().prefix(), 2);
        Claim same = new Claim(before.getFirst().prefix(), 1);
        plan.resolve(List.of(Nodes.member(lesser, MemberState.ALIVE, later)), 0);
        plan.resolve(List.of(Nodes.member(greater, MemberState.ALIVE, same)), 0);
        plan.resolve(List.of(Nodes.member(lesser, MemberState.DEAD, same)), 0);
        assertEquals(before, plan.claims());
    }

    @Test
    void oneAddressInUseOnBothSidesIsolatesExactlyOneContainer() {
        AddressPlan one = plan("10.100.0.0/16", lesser);
        AddressPlan other = plan("10.100.0.0/16", greater);
        IpAddress address = address("10.100.0.9");
        given(one.allocate("x", address, NOBODY, 0));
        given(other.allocate("y", address, NOBODY, 0));
        Member seenOne = Nodes.member(lesser, MemberState.ALIVE, one.claims().getFirst());
        Member seenOther = Nodes.member(greater, MemberState.ALIVE, other.claims().getFirst());
        assertTrue(one.resolve(List.of(seenOther), 0).isEmpty());
        assertEquals(
                List.of(new AddressPlan.Conflict(address, "y", lesser.id())),
                other.resolve(List.of(seenOne), 0));
        assertTrue(other.claims().isEmpty());
        assertEquals(1, other.resolve(List.of(seenOne), 0).size(), "still so");
        Member gone = Nodes.member(lesser, MemberState.ALIVE);
        assertTrue(other.resolve(List.of(gone), 0).isEmpty(), "over when the winner has gone");
        assertEquals(IpPrefix.of(address), other.claims().getFirst().prefix());
    }

    @Test
    void theOwnerOfABlockGoesRoundSinglesInItAndSaysWhereItCannot() {
        AddressPlan tiny = plan("10.9.0.0/26", self);
        tiny.prepare(NOBODY, 0);
        IpPrefix block = tiny.claims().getFirst().prefix();
        IpAddress used = given(tiny.allocate("a", null, NOBODY, 0));
        IpAddress next = IpAddress.v4((int) used.low() + 1);
        List<Member> others =
                List.of(
                        Nodes.member(
                                greater,
                                MemberState.ALIVE,
                                new Claim(IpPrefix.of(used), 5),
                                new Claim(IpPrefix.of(next), 5)));
        assertTrue(tiny.resolve(others, 0).isEmpty(), "our block is older");
        assertTrue(tiny.claims().contains(new Claim(IpPrefix.of(used), 1)), "made visible");
        assertTrue(tiny.claims().contains(new Claim(block, 1)));
        assertNotEquals(next, given(tiny.allocate("b", null, others, 0)));
    }

    @Test
    void aPlanSurvivesARestart() {
        given(plan.allocate("a", address("10.100.0.2"), NOBODY, 0));
        plan.prepare(NOBODY, 0);
        given(plan.allocate("b", null, NOBODY, 0));
        AddressPlan restored =
                AddressPlan.parse(plan.toBytes(), OverlayNetwork.DEFAULT, self.id(), new Random(1));
        assertEquals(plan.claims(), restored.claims());
        assertEquals(plan.allocations(), restored.allocations());
        Member other = Nodes.member(greater, MemberState.ALIVE);
        given(restored.allocate("c", null, List.of(other), 0));
    }

    /// Three nodes that saw nothing of each other take addresses at random, then meet:
    /// afterwards no address is in use, unisolated, on two of them.
    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8"})
    void afterAPartitionNoAddressIsInUseTwice(long seed) {
        Random random = new Random(seed);
        List<AddressPlan> plans = new ArrayList<>();
        for (Identity node : nodes) {
            AddressPlan some =
                    new AddressPlan(OverlayNetwork.parse("10.9.0.0/26"), node.id(), random);
            for (int i = 0; i < 8; i++) {
                boolean wanted = random.nextBoolean();
                some.allocate(
                        "c" + i,
                        wanted ? address("10.9.0." + (1 + random.nextInt(60))) : null,
                        NOBODY,
                        0);
            }
            plans.add(some);
        }
        List<Set<IpAddress>> isolated = new ArrayList<>();
        for (int round = 0; round < 6; round++) {
            isolated.clear();
            for (int i = 0; i < plans.size(); i++) {
                List<Member> others = new ArrayList<>();
                for (int j = 0; j < plans.size(); j++) {
                    if (j != i) {
                        Claim[] claims = plans.get(j).claims().toArray(new Claim[0]);
                        others.add(Nodes.member(nodes.get(j), MemberState.ALIVE, claims));
                    }
                }
                Set<IpAddress> lost = new HashSet<>();
                plans.get(i).resolve(others, 0).forEach(it -> lost.add(it.address()));
                isolated.add(lost);
            }
        }
        Set<IpAddress> inUse = new HashSet<>();
        for (int i = 0; i < plans.size(); i++) {
            for (IpAddress address : plans.get(i).allocations().values()) {
                if (!isolated.get(i).contains(address)) {
                    assertTrue(inUse.add(address), "seed " + seed + ": " + address);
                }
            }
        }
        assertTrue(inUse.size() >= 8);
    }

    /// Nodes that together own the whole prefix, in blocks of the usual size.
    private static List<Member> owners(String prefix, MemberState state, long lamport) {
        IpPrefix whole = IpPrefix.parse(prefix);
        int size = 1 << (32 - FreeSpace.BLOCK_LENGTH);
        int blocks = 1 << (FreeSpace.BLOCK_LENGTH - whole.length());
        List<Member> owners = new ArrayList<>();
        for (int at = 0; at < blocks; at += NodeContent.MAX_CLAIMS) {
            List<Claim> claims = new ArrayList<>();
            for (int i = at; i < Math.min(blocks, at + NodeContent.MAX_CLAIMS); i++) {
                int first = (int) whole.address().low() + i * size;
                claims.add(
                        new Claim(
                                new IpPrefix(IpAddress.v4(first), FreeSpace.BLOCK_LENGTH),
                                lamport));
            }
            owners.add(Nodes.member(Nodes.identity(900 + at), state, claims.toArray(new Claim[0])));
        }
        return owners;
    }

    private static AddressPlan plan(String network, Identity self) {
        return new AddressPlan(OverlayNetwork.parse(network), self.id(), new Random(3));
    }

    private static IpAddress address(String text) {
        return IpAddress.parse(text);
    }

    private static IpAddress given(Allocation allocation) {
        return assertInstanceOf(Allocation.Given.class, allocation).address();
    }
}
