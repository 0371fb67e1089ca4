// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import warren.linux.netlink.NetlinkMessage;
import warren.linux.netlink.PayloadReader;
import warren.linux.netlink.PayloadWriter;

/// What is written is read back, and what is cut or changed on the way never throws.
class CodecRoundTripTest {
    private static final int ROUNDS = 2000;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @Test
    void addressesComeBack() {
        for (int i = 0; i < ROUNDS; i++) {
            var cidr = cidr(family());
            var remote = random.nextBoolean() ? null : other(cidr.address());
            var flags = EnumSet.noneOf(AssignedAddress.Flag.class);
            for (var flag : AssignedAddress.Flag.values()) {
                if (random.nextBoolean()) {
                    flags.add(flag);
                }
            }
            same(
                    new AssignedAddress(natural(), cidr, remote, scope(), flags),
                    AddressCodec::encode,
                    AddressCodec::decode);
        }
    }

    @Test
    void routesComeBack() {
        for (int i = 0; i < ROUNDS; i++) {
            var destination = cidr(family()).masked();
            var types = EnumSet.complementOf(EnumSet.of(Route.Type.OTHER));
            same(
                    new Route(
                            pick(List.copyOf(types)),
                            destination,
                            random.nextBoolean() ? null : address(family()),
                            natural() / 2,
                            random.nextBoolean() ? null : address(destination.family()),
                            random.nextInt(256),
                            scope(),
                            1 + random.nextInt(100_000),
                            random.nextInt(),
                            natural() / 2,
                            random.nextBoolean()),
                    RouteCodec::encode,
                    RouteCodec::decode);
        }
    }

    @Test
    void rulesComeBack() {
        for (int i = 0; i < ROUNDS; i++) {
            var family = family();
            var actions = EnumSet.complementOf(EnumSet.of(Rule.Action.OTHER));
            int mask = random.nextBoolean() ? 0 : random.nextInt();
            same(
                    new Rule(
                            family,
                            random.nextBoolean() ? null : cidr(family).masked(),
                            random.nextBoolean() ? null : cidr(family).masked(),
                            random.nextBoolean() ? null : "wnl" + random.nextInt(100),
                            random.nextBoolean() ? null : "wnl" + random.nextInt(100),
                            pick(List.copyOf(actions)),
                            random.nextInt(100_000),
                            random.nextInt(),
                            random.nextInt(256),
                            mask == 0 ? 0 : random.nextInt(),
                            mask,
                            random.nextBoolean()),
                    RuleCodec::encode,
                    RuleCodec::decode);
        }
    }

    @Test
    void neighboursComeBack() {
        for (int i = 0; i < ROUNDS; i++) {
            var states = EnumSet.complementOf(EnumSet.of(Neighbour.State.OTHER));
            same(
                    new Neighbour(
                            natural(),
                            address(family()),
                            random.nextBoolean() ? null : new MacAddress(random.nextLong() >>> 16),
                            pick(List.copyOf(states)),
                            random.nextBoolean()),
                    NeighbourCodec::encode,
                    NeighbourCodec::decode);
        }
    }

    @Test
    void linkSettingsAreReadAsALink() {
        var settings =
                LinkSettings.NONE
                        .withName("wnl0")
                        .withMtu(1420)
                        .withAlias("warren:wéb")
                        .withMaster(9)
                        .withUp(true)
                        .withAddress(new MacAddress(7));
        var in = PayloadReader.of(LinkCodec.set(7, settings).toByteArray());
        assertEquals(
                new Link(
                        7,
                        "wnl0",
                        null,
                        1420,
                        true,
                        false,
                        new MacAddress(7),
                        "warren:wéb",
                        9,
                        0,
                        -1),
                LinkCodec.decode(in));
    }

    // As strace shows it of `ip link add wnl0 type veth peer name wnl1`, but that ip neither closes
    // IFLA_INFO_KIND with a zero nor marks the nested attributes as such.
    @Test
    void vethIsWrittenAsTheKernelWantsIt() {
        var veth =
                new NewLink.Veth(
                        "wnl0", LinkSettings.NONE, new NewLink.Peer("wnl1", null, null, null));
        assertEquals(
                "00000000000000000000000000000000"
                        + "09000300776e6c3000000000"
                        + "34001280"
                        + "090001007665746800000000"
                        + "24000280"
                        + "20000180"
                        + "00000000000000000000000000000000"
                        + "09000300776e6c3100000000",
                HexFormat.of().formatHex(LinkCodec.create(veth).toByteArray()));
    }

    @Test
    void whatIsOnlyListedIsNeverWritten() {
        var route = Route.to(Cidr.parse("10.0.0.0/8")).type(Route.Type.OTHER).build();
        var rule = Rule.forFamily(Family.INET).action(Rule.Action.OTHER).build();
        var address = InetAddress.ofLiteral("10.0.0.1");
        var neighbour = new Neighbour(1, address, null, Neighbour.State.OTHER, false);
        assertThrows(IllegalArgumentException.class, () -> RouteCodec.encode(route));
        assertThrows(IllegalArgumentException.class, () -> RuleCodec.encode(rule));
        assertThrows(IllegalArgumentException.class, () -> NeighbourCodec.encode(neighbour));
    }

    @Test
    void damagedAnswersOfTheKernelNeverThrow() throws IOException {
        for (var dump : List.of("links", "addresses", "routes-ipv4", "routes-ipv6", "rules-ipv4")) {
            for (var whole : Dumps.datagrams(dump)) {
                for (int cut = 0; cut < whole.length; cut++) {
                    decodeAll(java.util.Arrays.copyOf(whole, cut));
                }
                for (int i = 0; i < ROUNDS; i++) {
                    byte[] damaged = whole.clone();
                    for (int n = random.nextInt(4); n >= 0; n--) {
                        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                    }
                    decodeAll(damaged);
                }
            }
        }
    }

    private static void decodeAll(byte[] datagram) {
        for (var message : NetlinkMessage.parse(datagram).messages()) {
            var _ = NetworkMonitor.decode(message);
        }
    }

    private <T> void same(
            T value, Function<T, PayloadWriter> encoder, Function<PayloadReader, T> decoder) {
        byte[] bytes = encoder.apply(value).toByteArray();
        assertTrue(bytes.length % 4 == 0, "seed " + seed);
        var in = PayloadReader.of(bytes);
        assertEquals(value, decoder.apply(in), "seed " + seed);
        assertNull(in.malformed());
    }

    private Family family() {
        return random.nextBoolean() ? Family.INET : Family.INET6;
    }

    private Cidr cidr(Family family) {
        return new Cidr(address(family), random.nextInt(family.bits + 1));
    }

    private InetAddress address(Family family) {
        byte[] bytes = new byte[family.bits / 8];
        random.nextBytes(bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private InetAddress other(InetAddress than) {
        InetAddress address;
        do {
            address = address(Family.of(than));
        } while (address.equals(than));
        return address;
    }

    private Scope scope() {
        return new Scope(random.nextInt(256));
    }

    private int natural() {
        return 1 + random.nextInt(Integer.MAX_VALUE - 1);
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
