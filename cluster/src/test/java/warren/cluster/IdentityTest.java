// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;

final class IdentityTest {
    /// RFC 8032 section 7.1, tests 1 to 3.
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
                        + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,'',"
                        + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
                        + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
                        + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
                        + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,"
                        + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
            })
    void matchesRfc8032(String seed, String key, String message, String signature) {
        Identity identity = Identity.ofSeed(hex(seed));
        assertEquals(key, HexFormat.of().formatHex(identity.key().toBytes()));
        assertEquals(signature, HexFormat.of().formatHex(identity.sign(hex(message))));
        assertTrue(identity.key().verify(hex(message), hex(signature)));
        byte[] forged = hex(signature);
        forged[5] ^= 1;
        assertFalse(identity.key().verify(hex(message), forged));
    }

    @Test
    void bytesThatAreNoPointVerifyNothing() {
        byte[] none = new byte[32];
        java.util.Arrays.fill(none, (byte) 0xff);
        assertFalse(new IdentityKey(none).verify(new byte[1], new byte[64]));
        assertFalse(new IdentityKey(none).verify(new byte[1], new byte[63]));
    }

    /// Computed with Python's hashlib and hmac: nodes of all versions must derive the same.
    @Test
    void derivationsStayAsTheyAre() {
        Identity one = Identity.ofSeed(new byte[32]);
        byte[] ones = new byte[32];
        java.util.Arrays.fill(ones, (byte) 1);
        Identity other = Identity.ofSeed(ones);
        ClusterId cluster = ClusterId.parse("0123456789");
        ClusterSecret secret = new ClusterSecret(7, ones);
        PairKeys keys = PairKeys.derive(secret, one.key(), other.key());
        PresharedKey presharedKey = keys.presharedKey();
        assertEquals("693715aa2140f231293e", one.id().toString());
        assertEquals(
                "fd01:2345:6789:6937:15aa:2140:f231:293e",
                NodeAddress.of(cluster, one.id()).toString());
        assertEquals("fd20:76f2:29ff::/48", NodeAddress.containers(cluster).toString());
        assertEquals(
                "aaa2ad32edf392b24264d5224bcdfe07efb2f205099cdfe35ee82b879d6c3219",
                presharedKey.toHex());
        assertEquals(
                "ac11b1459a4667a0b5e521913d85ed2f27d6618ef7320c89e25354633613f3d2",
                HexFormat.of().formatHex(keys.gossipKey()));
    }

    @Test
    void bothEndsOfAPairDeriveTheSameKeysAndEpochsDiffer() {
        IdentityKey a = Nodes.identity(1).key();
        IdentityKey b = Nodes.identity(2).key();
        byte[] bytes = Nodes.secret(3).toBytes();
        PairKeys one = PairKeys.derive(new ClusterSecret(1, bytes), a, b);
        PairKeys other = PairKeys.derive(new ClusterSecret(1, bytes), b, a);
        PairKeys later = PairKeys.derive(new ClusterSecret(2, bytes), a, b);
        assertEquals(one.presharedKey(), other.presharedKey());
        assertArrayEquals(one.gossipKey(), other.gossipKey());
        assertNotEquals(one.presharedKey(), later.presharedKey());
        one.destroy();
        assertTrue(one.isDestroyed());
    }

    @Test
    void anIpv4BlockIsAnIpv6BlockOfTheSameSize() {
        ClusterId cluster = Nodes.CLUSTER;
        IpPrefix block = NodeAddress.container(cluster, IpPrefix.parse("10.100.3.64/26"));
        assertEquals(122, block.length());
        assertTrue(NodeAddress.containers(cluster).contains(block));
        assertFalse(NodeAddress.containers(cluster).overlaps(NodeAddress.nodes(cluster)));
        IpAddress one = NodeAddress.container(cluster, IpAddress.parse("10.100.3.70"));
        assertTrue(block.contains(one));
        assertTrue(one.toString().endsWith(":a64:346"), one::toString);
    }

    @Test
    void aNodeAddressNamesItsNode() {
        NodeId id = Nodes.identity(4).id();
        assertEquals(id, NodeId.of(NodeAddress.of(Nodes.CLUSTER, id)));
        assertEquals(id, NodeId.parse(id.toString()));
        assertTrue(NodeAddress.nodes(Nodes.CLUSTER).contains(NodeAddress.of(Nodes.CLUSTER, id)));
    }

    @Test
    void secretsAreNotPrintedAndAreWiped() {
        ClusterSecret secret = Nodes.secret(1);
        assertFalse(secret.toString().contains(HexFormat.of().formatHex(secret.toBytes(), 0, 4)));
        secret.destroy();
        assertTrue(secret.isDestroyed());
        Identity identity = Nodes.identity(1);
        identity.destroy();
        assertThrows(IllegalStateException.class, () -> identity.sign(new byte[1]));
    }

    @ParameterizedTest
    @CsvSource({
        "10.100.0.0/16, true",
        "10.100.0.1/16, false",
        "127.0.0.0/16, false",
        "224.0.0.0/16, false",
        "169.254.0.0/16, false",
        "10.0.0.0/7, false",
        "10.1.2.0/27, false",
        "fd00::/64, false",
        "nonsense, false"
    })
    void theOverlayNetworkIsValidated(String text, boolean valid) {
        if (valid) {
            assertEquals(text, OverlayNetwork.parse(text).toString());
        } else {
            assertThrows(IllegalArgumentException.class, () -> OverlayNetwork.parse(text));
        }
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
