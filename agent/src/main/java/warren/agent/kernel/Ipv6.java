// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import warren.linux.route.Link;
import warren.linux.route.LinkSettings;
import warren.linux.route.Rtnetlink;
import warren.linux.sysctl.LinkSetting;
import warren.linux.sysctl.Sysctl;

/// Makes sure that this process can speak IPv6, which node addresses are.
///
/// The JDK looks once, when its network library is loaded, whether the host has any IPv6 address,
/// and never speaks IPv6 where it has none (`IPv6_supported` in its `net_util_md.c`). A host with
/// IPv6 switched off on every interface has none until the tunnel is up, which is too late.
public final class Ipv6 {
    /// One line an address of the namespace; not there where the kernel runs without IPv6.
    private static final Path ADDRESSES = Path.of("/proc/net/if_inet6");

    private static final String LOOPBACK = "lo";

    private Ipv6() {}

    /// Gives the loopback its address back where the host has no IPv6 address at all. To be called
    /// before anything else uses the JDK's network classes.
    ///
    /// @throws IOException saying what to do where that is not possible
    public static void ensure() throws IOException {
        if (!Files.exists(ADDRESSES)) {
            throw new IOException(
                    "the kernel runs without IPv6, which node addresses need;"
                            + " boot it without ipv6.disable=1");
        }
        if (hasAddress()) {
            return;
        }
        Sysctl.of(LinkSetting.IPV6_DISABLE, LOOPBACK).write(0);
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            Link loopback = rtnetlink.link(LOOPBACK);
            if (loopback != null && !loopback.up()) {
                rtnetlink.linkSet(loopback.index(), LinkSettings.NONE.withUp(true));
            }
        }
        if (!hasAddress()) {
            throw new IOException(
                    "no interface has an IPv6 address, not even lo; give it one:"
                            + " ip addr add ::1/128 dev lo");
        }
    }

    private static boolean hasAddress() throws IOException {
        return !Files.readString(ADDRESSES).isBlank();
    }
}
