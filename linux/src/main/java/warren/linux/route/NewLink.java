// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import warren.linux.namespace.NetworkNamespace;

/// A link to be made. `settings` is what it starts with; its `name` must stay absent, the link's
/// name is `name`. Immutable.
public sealed interface NewLink {
    String name();

    LinkSettings settings();

    record Bridge(String name, LinkSettings settings) implements NewLink {
        public Bridge {
            check(name, settings);
        }
    }

    /// A pair of links; the other end is `peer`.
    record Veth(String name, LinkSettings settings, Peer peer) implements NewLink {
        public Veth {
            check(name, settings);
        }
    }

    /// A VXLAN device without learning and without a default destination: where frames go is said
    /// by FDB entries.
    ///
    /// @param vni 24 bits
    /// @param local source address of the outer packets; null lets the kernel choose
    /// @param underlay index of the link it sends by, or 0
    record Vxlan(
            String name,
            LinkSettings settings,
            int vni,
            int port,
            @Nullable InetAddress local,
            int underlay)
            implements NewLink {
        public Vxlan {
            check(name, settings);
            if (vni < 0 || vni > 0xffffff || port <= 0 || port > 0xffff) {
                throw new IllegalArgumentException("vni " + vni + " port " + port);
            }
        }
    }

    /// The other end of a veth pair. It is born down, since the kernel refuses to set it up before
    /// its first end is there: a `linkSet` in its namespace does that.
    ///
    /// @param mtu null for the kernel's choice, 1500 and not that of the first end
    /// @param namespace where it comes to life; null for beside the first end
    record Peer(
            String name,
            @Nullable Integer mtu,
            @Nullable MacAddress address,
            @Nullable NetworkNamespace namespace) {
        public Peer {
            LinkSettings.requireName(name);
        }

        LinkSettings settings() {
            return new LinkSettings(null, mtu, null, null, address, null);
        }
    }

    private static void check(String name, LinkSettings settings) {
        LinkSettings.requireName(name);
        if (settings.name() != null) {
            throw new IllegalArgumentException("settings of new link " + name + " rename it");
        }
    }
}
