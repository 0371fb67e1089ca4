// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.Tun;
import warren.linux.udp.UdpPort;

/// Which work on many packets at once is left to the kernel, or taken over for it. Immutable.
///
/// @param tso the TUN device hands over TCP segments unsplit
/// @param uso the same for batches of datagrams, and takes them; only together with `tso`
/// @param gso the kernel splits what we send (`UDP_SEGMENT`)
/// @param gro the kernel joins what we receive (`UDP_GRO`)
/// @param coalesce received packets are joined before the TUN device gets them
record Offloads(boolean tso, boolean uso, boolean gso, boolean gro, boolean coalesce) {
    /// Developer knob, unstable: `none`, or the names of those to be used, separated by commas.
    static final String VARIABLE = "WARREN_OFFLOADS";

    static final Offloads ALL = new Offloads(true, true, true, true, true);

    private static final List<String> NAMES = List.of("tso", "uso", "gso", "gro", "coalesce");

    /// @param wish the value of [#VARIABLE]; null for none
    /// @throws IllegalArgumentException for a name that is none
    static Offloads wanted(@Nullable String wish) {
        if (wish == null) {
            return ALL;
        }
        List<String> names = wish.equals("none") ? List.of() : Arrays.asList(wish.split(",", -1));
        for (String name : names) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        VARIABLE + "=" + wish + ": " + name + " is not one of none, " + NAMES);
            }
        }
        return new Offloads(
                names.contains("tso"),
                names.contains("uso"),
                names.contains("gso"),
                names.contains("gro"),
                names.contains("coalesce"));
    }

    /// Makes the interface in the form that these need.
    Tun open(String name) throws ErrnoException {
        return needHeader() ? Tun.openWithHeader(name) : Tun.open(name);
    }

    boolean needHeader() {
        return tso || uso || coalesce;
    }

    /// Asks the kernel for them: those that it has.
    Offloads turnOn(Tun tun) {
        boolean both = tso && uso && tun.offloadTcpAndUdp();
        boolean tcp = both || (tso && tun.offloadTcp());
        boolean canSegment = false;
        boolean canJoin = false;
        try (UdpPort probe = UdpPort.open(0)) {
            canSegment = probe.canSegment();
            canJoin = probe.receiveOffload();
        } catch (ErrnoException _) { // no sockets here at all: the device comes to that later
        }
        return new Offloads(
                tcp, both, gso && canSegment, gro && canJoin, coalesce && tun.hasHeader());
    }

    @Override
    public String toString() {
        String used =
                Stream.of(
                                tso ? "tso" : "",
                                uso ? "uso" : "",
                                gso ? "gso" : "",
                                gro ? "gro" : "",
                                coalesce ? "coalesce" : "")
                        .filter(name -> !name.isEmpty())
                        .collect(Collectors.joining(","));
        return used.isEmpty() ? "none" : used;
    }
}
