// SPDX-License-Identifier: Apache-2.0
package warren.agent.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.agent.store.SavedNode;
import warren.agent.store.StateDirectory;
import warren.agent.store.TestNodes;
import warren.cluster.AddressPlan;
import warren.cluster.Claim;
import warren.cluster.ClusterId;
import warren.cluster.Member;
import warren.cluster.MemberState;
import warren.cluster.NodeAddress;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.cluster.OverlayNetwork;
import warren.control.RefusedException;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// Attaching and detaching over a plug in memory and real files. Time is a field.
class ContainersTest {
    private static final Path BLUE = Path.of("/run/netns/blue");
    private static final Path RED = Path.of("/run/netns/red");

    @TempDir Path directory;

    private final FakePlug plug = new FakePlug();
    private Containers containers;
    private long nowNanos = 1;

    @BeforeEach
    void start() throws IOException {
        plug.add(BLUE.toString(), 100);
        plug.add(RED.toString(), 200);
        containers = restarted();
        settle();
        nowNanos += 10_000_000_000L;
    }

    @Test
    void aContainerGetsAnAddressOfTheNodesBlock() throws IOException {
        Container blue = attach("blue", BLUE, null);
        assertTrue(containers.claims().getFirst().prefix().contains(blue.address()));
        assertEquals(List.of(blue), List.copyOf(containers.all()));
        assertEquals(1, plug.plugged.size());
    }

    @Test
    void theNodeItselfHasAnotherAddressOfTheBlock() throws IOException {
        Container blue = attach("blue", BLUE, null);
        IpAddress host = containers.hostAddress();
        assertNotEquals(blue.address(), host);
        assertTrue(containers.claims().getFirst().prefix().contains(host));
    }

    @Test
    void anAddressAskedForIsGivenAndClaimed() throws IOException {
        IpAddress wanted = IpAddress.parse("10.100.0.3");
        assertEquals(wanted, attach("blue", BLUE, wanted).address());
        assertTrue(
                containers.claims().stream()
                        .anyMatch(claim -> claim.prefix().toString().equals("10.100.0.3/32")));
    }

    @Test
    void attachingTheSameTwiceIsTheSame() throws IOException {
        Container once = attach("blue", BLUE, null);
        assertEquals(once, attach("blue", BLUE, null));
        assertEquals(1, plug.plugged.size());
    }

    @Test
    void aNameInUseIsNotGivenToAnotherNamespace() throws IOException {
        attach("blue", BLUE, null);
        RefusedException e = assertThrows(RefusedException.class, () -> attach("blue", RED, null));
        assertTrue(String.valueOf(e.getMessage()).contains("is attached with"), e.getMessage());
    }

    @Test
    void aFailedAttachLeavesNothingBehind() throws IOException {
        IpAddress wanted = IpAddress.parse("10.100.0.3");
        plug.broken = true;
        assertThrows(IOException.class, () -> attach("blue", BLUE, wanted));
        assertEquals(List.of(), List.copyOf(containers.all()));
        assertTrue(plug.plugged.isEmpty());
        plug.broken = false;
        assertEquals(wanted, attach("red", RED, wanted).address());
        assertEquals(1, restarted().all().size());
    }

    @Test
    void aNamespaceThatGoesBeforeItIsPluggedInLeavesItsAddressFree() throws IOException {
        IpAddress wanted = IpAddress.parse("10.100.0.3");
        AddressPlan.Allocation _ = reserve("blue", BLUE, wanted);
        plug.namespaces.remove(BLUE);
        assertThrows(RefusedException.class, () -> containers.attach("blue", BLUE, wanted, 1420));
        assertEquals(wanted, attach("red", RED, wanted).address());
    }

    @Test
    void ofTwoWhoAskForOneNameAtOnceOnlyOneGetsIt() throws IOException {
        AddressPlan.Allocation.Given given =
                assertInstanceOf(AddressPlan.Allocation.Given.class, reserve("blue", BLUE, null));
        assertEquals(given, reserve("blue", RED, null));
        Container blue = containers.attach("blue", BLUE, given.address(), 1420);
        assertThrows(
                RefusedException.class,
                () -> containers.attach("blue", RED, given.address(), 1420));
        assertEquals(List.of(blue), List.copyOf(containers.all()));
    }

    @Test
    void aNamespaceWithAnInterfaceAlreadyIsRefused() throws IOException {
        attach("blue", BLUE, null);
        assertThrows(RefusedException.class, () -> attach("other", BLUE, null));
        assertEquals(1, containers.all().size());
        assertEquals(1, plug.plugged.size());
    }

    @Test
    void detachingTwiceIsDetaching() throws IOException {
        attach("blue", BLUE, null);
        containers.detach("blue");
        containers.detach("blue");
        containers.detach("never there");
        assertTrue(containers.all().isEmpty());
        assertTrue(plug.plugged.isEmpty());
        assertTrue(restarted().all().isEmpty());
    }

    @Test
    void detachingNeverTakesTheNodesOwnAddress() throws IOException {
        IpAddress host = containers.hostAddress();
        containers.detach("(host)");
        assertEquals(host, containers.hostAddress());
    }

    @Test
    void aRestartFindsEverythingAsItWas() throws IOException {
        Container blue = attach("blue", BLUE, IpAddress.parse("10.100.0.3"));
        Container red = attach("red", RED, null);
        Containers again = restarted();
        assertEquals(List.of(blue, red), List.copyOf(again.all()));
        assertEquals(containers.claims(), again.claims());
        assertEquals(containers.hostAddress(), again.hostAddress());
    }

    @Test
    void anAddressReservedBeforeACrashIsFreeAfterIt() throws IOException {
        IpAddress wanted = IpAddress.parse("10.100.0.3");
        AddressPlan.Allocation allocation = reserve("blue", BLUE, wanted);
        assertNotEquals(null, allocation);
        containers = restarted();
        assertEquals(wanted, attach("red", RED, wanted).address());
    }

    @Test
    void anAddressWhoseContainerNeverCameIsFreedWithoutARestart() throws IOException {
        IpAddress wanted = IpAddress.parse("10.100.0.3");
        AddressPlan.Allocation _ = reserve("blue", BLUE, wanted);
        attach("red", RED, null);
        nowNanos += 59_000_000_000L;
        settle();
        nowNanos += 60_000_000_000L;
        settle();
        assertEquals(List.of("red"), List.copyOf(containers.allocations().keySet()));
        assertTrue(
                containers.claims().stream().noneMatch(claim -> claim.prefix().isSingle()),
                "nor is it claimed");
    }

    @Test
    void aHostThatLosesItsAddressTakesAnotherAndIsolatesNobody() throws IOException {
        IpAddress lost = containers.hostAddress();
        Member other = claiming(new Claim(IpPrefix.of(lost), 1));
        assertEquals(List.of(), containers.settle(List.of(other), nowNanos));
        nowNanos += AddressPlan.SETTLE_NANOS;
        assertEquals(List.of(), containers.settle(List.of(other), nowNanos));
        assertNotEquals(lost, containers.hostAddress());
        assertNotEquals(null, containers.hostAddress());
    }

    @Test
    void aContainerThatVanishedIsFreedByTheSweep() throws IOException {
        attach("blue", BLUE, null);
        plug.add(BLUE.toString(), 101);
        containers.sweep(plug.plugged, 1420);
        assertTrue(containers.all().isEmpty());
        plug.namespaces.remove(RED);
        assertThrows(RefusedException.class, () -> attach("red", RED, null));
    }

    @Test
    void aContainerThatLostItsInterfaceGetsItBack() throws IOException {
        Container blue = attach("blue", BLUE, null);
        plug.unplug(blue);
        containers.sweep(List.of(), 1420);
        assertTrue(plug.plugged.contains(blue.hostInterface()));
        assertEquals(List.of(blue), List.copyOf(containers.all()));
    }

    @Test
    void namesThatCouldBeAnythingElseAreRefused() {
        for (String bad : List.of("", "(host)", "-x", "a b", "a\nb", "é", "x".repeat(129))) {
            assertFalse(Container.isName(bad), bad);
            assertThrows(RefusedException.class, () -> attach(bad, BLUE, null));
        }
        assertTrue(Container.isName("k8s.io/ns:pod_1-a"));
    }

    @Test
    void aDamagedFileIsNamedAndKept() throws IOException {
        attach("blue", BLUE, null);
        Path file = directory.resolve("containers.json");
        byte[] damaged = "[{\"name\":".getBytes(StandardCharsets.UTF_8);
        Files.write(file, damaged);
        IOException e = assertThrows(IOException.class, this::restarted);
        assertTrue(String.valueOf(e.getMessage()).contains(file.toString()), e.getMessage());
        assertEquals(new String(damaged, StandardCharsets.UTF_8), Files.readString(file));
    }

    private static Member claiming(Claim... claims) {
        SavedNode node = TestNodes.node("other", 8);
        NodeRecord record =
                NodeRecord.sign(
                        node.own().content().withClaims(List.of(claims)),
                        node.identity(),
                        TestNodes.CLUSTER);
        return new Member(
                record,
                NodeAddress.of(TestNodes.CLUSTER, record.id()),
                MemberState.ALIVE,
                1,
                0,
                -1);
    }

    private Containers restarted() throws IOException {
        return new Containers(
                StateDirectory.open(directory),
                plug,
                new ClusterId(0x1122334455L),
                OverlayNetwork.DEFAULT,
                new NodeId(0xffff, -1), // of two equally early claims the other's keeps
                new Random(42));
    }

    private void settle() throws IOException {
        assertEquals(List.of(), containers.settle(List.of(), nowNanos));
        nowNanos += AddressPlan.SETTLE_NANOS;
        assertEquals(List.of(), containers.settle(List.of(), nowNanos));
    }

    private AddressPlan.Allocation reserve(String name, Path netns, IpAddress wanted)
            throws IOException {
        AddressPlan.Allocation first = containers.reserve(name, netns, wanted, List.of(), nowNanos);
        if (first instanceof AddressPlan.Allocation.Wait(long untilNanos)) {
            nowNanos = untilNanos;
            return containers.reserve(name, netns, wanted, List.of(), nowNanos);
        }
        return first;
    }

    private Container attach(String name, Path netns, IpAddress wanted) throws IOException {
        AddressPlan.Allocation.Given given =
                assertInstanceOf(AddressPlan.Allocation.Given.class, reserve(name, netns, wanted));
        return containers.attach(name, netns, given.address(), 1420);
    }
}
