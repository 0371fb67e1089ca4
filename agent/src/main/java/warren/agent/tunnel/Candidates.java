// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import warren.agent.kernel.Underlay;
import warren.cluster.HostPort;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// Orders the endpoints at which a peer may be reached. Pure, names apart.
public final class Candidates {
    /// RFC 1918, RFC 6598 and RFC 4193: addresses that mean something only behind the same NAT.
    private static final List<IpPrefix> PRIVATE =
            List.of(
                    IpPrefix.parse("10.0.0.0/8"),
                    IpPrefix.parse("172.16.0.0/12"),
                    IpPrefix.parse("192.168.0.0/16"),
                    IpPrefix.parse("100.64.0.0/10"),
                    IpPrefix.parse("fc00::/7"));

    private final Names names;
    private final Underlay underlay;
    private final List<IpPrefix> overlay;

    /// @param overlay prefixes within the tunnel: never an endpoint, or the tunnel would carry
    ///     itself
    public Candidates(Names names, Underlay underlay, List<IpPrefix> overlay) {
        this.names = names;
        this.underlay = underlay;
        this.overlay = List.copyOf(overlay);
    }

    /// What a node announced and where it was seen, best first: seen and announced, on a link of
    /// ours, in the order announced. Where it was seen alone comes last, since a NAT may be there.
    public List<Endpoint> of(
            List<HostPort> announced, @Nullable IpAddress observed, long nowNanos) {
        Set<Endpoint> all = new LinkedHashSet<>();
        for (HostPort each : announced) {
            for (IpAddress address : addresses(each, nowNanos)) {
                all.add(Endpoint.of(address, each.port()));
            }
        }
        if (observed != null && !announced.isEmpty()) {
            all.add(Endpoint.of(observed, announced.getFirst().port()));
        }
        all.removeIf(each -> overlay.stream().anyMatch(net -> net.contains(each.address())));
        List<Endpoint> usable = new ArrayList<>(all);
        usable.removeIf(each -> !underlay.reaches(each.address()));
        // Routes may lie in other tables: then the order alone has to do.
        List<Endpoint> sorted = usable.isEmpty() ? new ArrayList<>(all) : usable;
        sorted.sort(Comparator.comparingInt(each -> rank(each, announced, observed)));
        return List.copyOf(sorted);
    }

    private int rank(Endpoint each, List<HostPort> announced, @Nullable IpAddress observed) {
        boolean seen = each.address().equals(observed);
        boolean said =
                announced.stream()
                        .anyMatch(one -> !one.isLiteral() || one.address().equals(each.address()));
        if (seen && said) {
            return 0;
        }
        return seen ? 3 : underlay.isNear(each.address()) ? 1 : 2;
    }

    private List<IpAddress> addresses(HostPort each, long nowNanos) {
        return each.isLiteral() ? List.of(each.address()) : names.addresses(each.host(), nowNanos);
    }

    public static boolean isPrivate(IpAddress address) {
        return PRIVATE.stream().anyMatch(prefix -> prefix.contains(address));
    }
}
