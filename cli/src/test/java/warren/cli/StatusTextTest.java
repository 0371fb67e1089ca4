// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import warren.control.ContainerStatus;
import warren.control.NodeStatus;
import warren.control.PeerStatus;
import warren.control.Status;

/// What a person reads, character by character.
final class StatusTextTest {
    private static String printed(Consumer<PrintStream> print) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        print.accept(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anUninitialisedNodeIsToldWhatToDo() {
        assertEquals(
                """
                This node is in no cluster yet: warren init starts one, warren join - enters one.

                problem: the clock was set back by 3 days
                """,
                printed(
                        out ->
                                StatusText.print(
                                        Status.uninitialised(
                                                List.of("the clock was set back by 3 days")),
                                        out)));
    }

    @Test
    void aJoinedNodeShowsItselfAndItsContainers() {
        Status status =
                new Status(
                        Status.State.JOINED,
                        "c0ffee",
                        "10.100.0.0/16",
                        new NodeStatus(
                                "alpha",
                                "a1b2c3d4e5f6",
                                "fd00::1",
                                "qqqq=",
                                "userspace",
                                List.of("10.100.0.64/26", "10.100.7.3/32"),
                                List.of()),
                        List.of(
                                new ContainerStatus("web", "10.100.0.65"),
                                new ContainerStatus("database", "10.100.7.3")),
                        List.of());
        assertEquals(
                """
                node        alpha (a1b2c3d4e5f6)
                cluster     c0ffee
                network     10.100.0.0/16
                address     fd00::1
                public key  qqqq=
                tunnel      userspace
                blocks      10.100.0.64/26, 10.100.7.3/32

                CONTAINER  ADDRESS
                web        10.100.0.65
                database   10.100.7.3
                """,
                printed(out -> StatusText.print(status, out)));
    }

    @Test
    void peersStandInColumnsWithNumbersToTheRight() {
        List<PeerStatus> peers =
                List.of(
                        new PeerStatus(
                                "beta",
                                "b1b2c3d4e5f6",
                                "fd00::2",
                                "k=",
                                "alive",
                                "direct",
                                "192.0.2.2:51820",
                                7L,
                                1_572_864,
                                512,
                                1420,
                                List.of("10.100.0.0/26")),
                        new PeerStatus(
                                "gamma-in-berlin",
                                "c1b2c3d4e5f6",
                                "fd00::3",
                                "k=",
                                "dead",
                                "none",
                                null,
                                null,
                                0,
                                148,
                                1280,
                                List.of()));
        assertEquals(
                """
                NAME             ID        STATE  PATH    ENDPOINT         HANDSHAKE  RECEIVED   SENT   MTU  BLOCKS
                beta             b1b2c3d4  alive  direct  192.0.2.2:51820        7 s   1.5 MiB  512 B  1420  10.100.0.0/26
                gamma-in-berlin  c1b2c3d4  dead   none    -                    never       0 B  148 B  1280  -
                """,
                printed(out -> PeersText.print(peers, out)));
        assertEquals(
                "No other node: this one is alone.\n",
                printed(out -> PeersText.print(List.of(), out)));
    }

    @Test
    void quantitiesChangeTheirUnitWhereTheyShould() {
        assertEquals("1023 B", Quantity.bytes(1023));
        assertEquals("1.0 KiB", Quantity.bytes(1024));
        assertEquals("1.0 MiB", Quantity.bytes(1024 * 1024 - 1));
        assertEquals("8.0 EiB", Quantity.bytes(Long.MAX_VALUE));
        assertEquals("119 s", Quantity.age(119L));
        assertEquals("2 min", Quantity.age(120L));
        assertEquals("2 h", Quantity.age(7200L));
        assertEquals("2 d", Quantity.age(172_800L));
    }
}
