// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import warren.linux.errno.Errno;
import warren.tunnel.UapiRequest.Refused;
import warren.tunnel.UapiRequest.Simple;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

class UapiRequestParserTest {
    private static final String KEY_A = "a1".repeat(32);
    private static final String KEY_B = "b2".repeat(32);

    @Test
    void readsEveryKeyThatASetMayHave() throws IOException {
        UapiRequest request =
                only(
                        "set=1",
                        "private_key=" + KEY_A,
                        "listen_port=51820",
                        "fwmark=4294967295",
                        "replace_peers=true",
                        "public_key=" + KEY_B,
                        "update_only=true",
                        "preshared_key=" + KEY_A,
                        "endpoint=[2001:db8::1]:51821",
                        "persistent_keepalive_interval=25",
                        "replace_allowed_ips=true",
                        "allowed_ip=10.0.0.7/8",
                        "allowed_ip=-fd00::/64",
                        "protocol_version=1",
                        "public_key=" + KEY_A,
                        "remove=true",
                        "");
        List<UapiLine> expected =
                List.of(
                        new UapiLine.SetPrivateKey(PrivateKey.ofHex(KEY_A)),
                        new UapiLine.SetListenPort(51820),
                        new UapiLine.SetFwmark(-1),
                        UapiLine.Flag.REPLACE_PEERS,
                        new UapiLine.SelectPeer(PublicKey.ofHex(KEY_B)),
                        UapiLine.Flag.UPDATE_ONLY,
                        new UapiLine.SetPresharedKey(PresharedKey.ofHex(KEY_A)),
                        new UapiLine.SetEndpoint(
                                Endpoint.of(IpAddress.parse("2001:db8::1"), 51821)),
                        new UapiLine.SetPersistentKeepalive(25),
                        UapiLine.Flag.REPLACE_ALLOWED_IPS,
                        new UapiLine.AddAllowedIp(IpPrefix.parse("10.0.0.0/8")),
                        new UapiLine.RemoveAllowedIp(IpPrefix.parse("fd00::/64")),
                        UapiLine.Flag.PROTOCOL_VERSION,
                        new UapiLine.SelectPeer(PublicKey.ofHex(KEY_A)),
                        UapiLine.Flag.REMOVE);
        assertEquals(expected, assertInstanceOf(UapiRequest.Set.class, request).lines());
    }

    @Test
    void readsSeveralRequestsOfOneConnection() throws IOException {
        try (UapiRequestParser parser = parser("get=1\n\nset=1\n\nget=1\n\n")) {
            assertEquals(Simple.GET, parser.next());
            assertEquals(new UapiRequest.Set(List.of()), parser.next());
            assertEquals(Simple.GET, parser.next());
            assertEquals(Simple.HANG_UP, parser.next());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "listen_port=",
                "listen_port=65536",
                "listen_port=+1",
                "listen_port=0x10",
                "listen_port=99999999999999999999",
                "fwmark=4294967296",
                "fwmark=-1",
                "private_key=00",
                "replace_peers=false",
                "replace_peers=",
                "public_key=xyz",
                "get=1",
                "remove=true",
                "allowed_ip=10.0.0.0/8",
                "errno=0",
                "=",
                "=value",
                "LISTEN_PORT=1"
            })
    void refusesABadDeviceLine(String line) throws IOException {
        assertEquals(new Refused(Errno.EINVAL, false), only("set=1", line, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "endpoint=example.org:51820",
                "endpoint=192.0.2.1",
                "endpoint=192.0.2.1:0",
                "endpoint=192.0.2.1:65536",
                "endpoint=[192.0.2.1]:1",
                "endpoint=2001:db8::1:51820",
                "endpoint=[2001:db8::1:51820",
                "endpoint=[fe80::1%nosuchinterface]:1",
                "endpoint=:1",
                "allowed_ip=10.0.0.0",
                "allowed_ip=10.0.0.0/33",
                "allowed_ip=10.0.0.0/-1",
                "allowed_ip=fd00::/129",
                "allowed_ip=fe80::1%lo/64",
                "allowed_ip=--10.0.0.0/8",
                "allowed_ip=",
                "persistent_keepalive_interval=65536",
                "protocol_version=2",
                "private_key=a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
                "listen_port=1",
                "preshared_key=é"
            })
    void refusesABadPeerLine(String line) throws IOException {
        assertEquals(
                new Refused(Errno.EINVAL, false), only("set=1", "public_key=" + KEY_A, line, ""));
    }

    @ParameterizedTest
    @CsvSource({"listen_port,71", "'listen_port 1',71", "nosuch=1,22"})
    void answersAsWireguardGoDoesToALineItCannotRead(String line, int errno) throws IOException {
        assertEquals(new Refused(errno, false), only("set=1", line, ""));
    }

    @Test
    void skipsTheRestOfARefusedRequestAndGoesOn() throws IOException {
        try (UapiRequestParser parser =
                parser("set=1\nbad\nlisten_port=x\nlisten_port=1\n\nget=1\n\n")) {
            assertEquals(new Refused(Errno.EPROTO, false), parser.next());
            assertEquals(Simple.GET, parser.next());
        }
    }

    @Test
    void refusesAGetWithSomethingBehindIt() throws IOException {
        try (UapiRequestParser parser = parser("get=1\nx=1\n\nget=1\n\n")) {
            assertEquals(new Refused(Errno.EINVAL, false), parser.next());
            assertEquals(Simple.GET, parser.next());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "get=2\n\n", "GET / HTTP/1.1\r\n\r\n", "get=1", "get=1\n"})
    void hangsUpOnWhatIsNoRequest(String stream) throws IOException {
        try (UapiRequestParser parser = parser(stream)) {
            assertEquals(Simple.HANG_UP, parser.next());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"set=1\n", "set=1\nlisten_port=1\n", "set=1\nlisten_port=1"})
    void changesNothingWhereTheClientDiesWithinARequest(String stream) throws IOException {
        try (UapiRequestParser parser = parser(stream)) {
            assertEquals(new Refused(Errno.EPROTO, true), parser.next());
        }
    }

    @Test
    void givesUpOnALineThatIsTooLong() throws IOException {
        String legal = "nosuch=" + "x".repeat(UapiLimits.LINE_BYTES - "nosuch=".length());
        assertEquals(new Refused(Errno.EINVAL, false), only("set=1", legal, ""));
        assertEquals(new Refused(Errno.EIO, true), only("set=1", legal + "x", ""));
    }

    @Test
    void givesUpOnARequestThatIsTooLong() throws IOException {
        String line = "fwmark=1\n";
        String body = line.repeat(UapiLimits.REQUEST_BYTES / line.length() + 1);
        try (UapiRequestParser parser = parser("set=1\n" + body + "\n")) {
            assertEquals(new Refused(Errno.EIO, true), parser.next());
        }
    }

    @Test
    void unmapsAnEndpointThatIsReallyIpv4() throws IOException {
        UapiRequest request =
                only("set=1", "public_key=" + KEY_A, "endpoint=[::ffff:192.0.2.1]:7", "");
        assertEquals(
                new UapiLine.SetEndpoint(Endpoint.of(IpAddress.parse("192.0.2.1"), 7)),
                assertInstanceOf(UapiRequest.Set.class, request).lines().get(1));
    }

    @Test
    void readsAScopeByNameAndByNumber() throws IOException {
        for (String scope : List.of("lo", "1")) {
            UapiRequest request =
                    only("set=1", "public_key=" + KEY_A, "endpoint=[fe80::1%" + scope + "]:7", "");
            assertEquals(
                    new UapiLine.SetEndpoint(
                            new Endpoint(IpAddress.parse("fe80::1"), 7, 1, null, 0)),
                    assertInstanceOf(UapiRequest.Set.class, request).lines().get(1));
        }
    }

    private static UapiRequest only(String... lines) throws IOException {
        try (UapiRequestParser parser = parser(String.join("\n", lines) + "\n")) {
            return parser.next();
        }
    }

    private static UapiRequestParser parser(String stream) {
        return new UapiRequestParser(
                new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8)));
    }
}
