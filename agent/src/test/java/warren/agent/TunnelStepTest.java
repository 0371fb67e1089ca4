// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import warren.agent.kernel.FakeKernel;
import warren.agent.kernel.Kernel;
import warren.agent.kernel.Snapshot;
import warren.agent.kernel.Underlay;
import warren.agent.member.MembersView;
import warren.agent.tunnel.Candidates;
import warren.agent.tunnel.FakeTunnel;
import warren.agent.tunnel.Names;
import warren.agent.tunnel.PeerWish;
import warren.cluster.ClusterDescriptor;
import warren.cluster.ClusterId;
import warren.cluster.ClusterSecret;
import warren.cluster.DataPlane;
import warren.cluster.Identity;
import warren.cluster.Member;
import warren.cluster.MemberState;
import warren.cluster.NodeAddress;
import warren.cluster.NodeContent;
import warren.cluster.NodeRecord;
import warren.cluster.OverlayNetwork;
import warren.linux.route.Link;
import warren.tunnel.DeviceConfig;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

class TunnelStepTest {
    private static final ClusterId CLUSTER = new ClusterId(0x1122334455L);
    private static final ClusterDescriptor DESCRIPTOR =
            new ClusterDescriptor(CLUSTER, "c", OverlayNetwork.DEFAULT, 1);

    private final Random random = new Random(11);
    private final FakeKernel kernel = new FakeKernel();
    private final FakeTunnel tunnel = new FakeTunnel();
    private final Identity identity = Identity.generate(random);
    private final TunnelStep step =
            new TunnelStep(
                    tunnel,
                    kernel,
                    new PrivateKey(key(1)),
                    51820,
                    new TunnelKeys(identity, ClusterSecret.random(random)));

    @Test
    void anInterfaceThatIsNotOursIsLeftAloneAndNamed() {
        kernel.addLink("wg0", "wireguard", 1420, null);
        IOException e = assertThrows(IOException.class, () -> step.ensure(kernel.snapshot()));
        assertTrue(String.valueOf(e.getMessage()).contains("wg0 is there and not Warren's"));
        assertEquals(0, kernel.changes());
        assertThrows(IOException.class, tunnel::state, "no device was started");
    }

    @Test
    void anotherDeviceOfThatNameIsLeftAlone() throws IOException {
        kernel.addLink("wg0", "tun", 1420, null);
        runDevice(key(2));
        assertThrows(IOException.class, () -> step.ensure(kernel.snapshot()));
        assertEquals(0, kernel.changes());
    }

    @Test
    void aDeviceWithOurKeyIsOursThoughTheMarkIsMissing() throws IOException {
        kernel.addLink("wg0", "tun", 1420, null);
        runDevice(key(1));
        step.ensure(kernel.snapshot());
        Link link = kernel.snapshot().link("wg0");
        assertTrue(link != null && Snapshot.isOurs(link), Kernel.ALIAS);
    }

    @Test
    void aMemberThatAnnouncesAnothersKeyTakesNothingFromIt() {
        Member owner = member(key(7));
        for (int i = 0; i < 8; i++) {
            Member impostor = member(key(7));
            assertEquals(1, wishes(owner).size());
            List<PeerWish> both = wishes(impostor, owner);
            assertEquals(wishes(owner).getFirst().allowedIps(), both.getFirst().allowedIps());
            assertEquals(1, both.size());
            assertFalse(wishes(impostor).isEmpty(), "whose key it is once nobody else says so");
        }
    }

    private List<PeerWish> wishes(Member... members) {
        NodeRecord own = record(identity, key(1));
        Facts facts = Facts.of(DESCRIPTOR, new MembersView(own, List.of(members)));
        Candidates candidates =
                new Candidates(new Names(() -> {}), new Underlay(kernel.snapshot()), List.of());
        return step.wishes(facts, candidates, false, 0);
    }

    private void runDevice(byte[] privateKey) throws IOException {
        assertEquals(FakeTunnel.Found.STARTED, tunnel.ensure());
        tunnel.apply(DeviceConfig.unchanged().withPrivateKey(new PrivateKey(privateKey)));
    }

    private Member member(byte[] wireguardKey) {
        NodeRecord record = record(Identity.generate(random), wireguardKey);
        return new Member(
                record, NodeAddress.of(CLUSTER, record.id()), MemberState.ALIVE, 0, 0, -1);
    }

    private static NodeRecord record(Identity identity, byte[] wireguardKey) {
        NodeContent content =
                new NodeContent(
                        1,
                        1,
                        "n",
                        new PublicKey(wireguardKey),
                        null,
                        List.of(),
                        51821,
                        List.of(),
                        Set.of(DataPlane.USERSPACE),
                        List.of(1));
        return NodeRecord.sign(content, identity, CLUSTER);
    }

    private static byte[] key(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return bytes;
    }
}
