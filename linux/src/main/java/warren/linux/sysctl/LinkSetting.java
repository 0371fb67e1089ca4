// SPDX-License-Identifier: Apache-2.0
package warren.linux.sysctl;

/// A setting that every link has of its own, besides the pseudo links `all` and `default`.
/// Described in `Documentation/networking/ip-sysctl.rst` of the kernel.
public enum LinkSetting {
    /// Whether packets that came in by the link may be forwarded.
    IPV4_FORWARDING("ipv4", "forwarding"),
    /// Reverse path filter: 0 off, 1 strict, 2 loose. The larger of the link's and that of `all`
    /// counts.
    IPV4_RP_FILTER("ipv4", "rp_filter"),
    /// Answer ARP requests for addresses that the host would forward to.
    IPV4_PROXY_ARP("ipv4", "proxy_arp"),
    /// Accept packets whose source is an address of the host.
    IPV4_ACCEPT_LOCAL("ipv4", "accept_local"),
    /// Which ARP requests are answered; 1: only for addresses of the link itself.
    IPV4_ARP_IGNORE("ipv4", "arp_ignore"),
    IPV4_SEND_REDIRECTS("ipv4", "send_redirects"),
    IPV6_DISABLE("ipv6", "disable_ipv6"),
    IPV6_FORWARDING("ipv6", "forwarding"),
    IPV6_ACCEPT_RA("ipv6", "accept_ra"),
    IPV6_ACCEPT_DAD("ipv6", "accept_dad"),
    IPV6_PROXY_NDP("ipv6", "proxy_ndp"),
    /// How the link-local address is made: 0 from the link address, 1 none, 2 stable-privacy, 3
    /// random.
    IPV6_ADDR_GEN_MODE("ipv6", "addr_gen_mode");

    final String protocol;
    final String file;

    LinkSetting(String protocol, String file) {
        this.protocol = protocol;
        this.file = file;
    }
}
