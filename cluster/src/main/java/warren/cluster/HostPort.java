// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import warren.wireguard.IpAddress;

/// A host and a port on the underlay as people write them: `192.0.2.7:51820`,
/// `[2001:db8::7]:51820` or `host.example:51821`. Never resolved here. Immutable.
///
/// @param host an address literal in its recommended text, or a DNS name in lower case
/// @param port 1 to 65535
public record HostPort(String host, int port) {
    /// The longest DNS name in text, RFC 1035 section 3.1.
    public static final int MAX_HOST_LENGTH = 253;

    public HostPort {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 1..65535");
        }
        host = canonical(host);
    }

    public static HostPort of(IpAddress address, int port) {
        return new HostPort(address.toString(), port);
    }

    /// Reads `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT` or a bare IPv6 address.
    ///
    /// @param defaultPort the port where the text has none
    /// @throws IllegalArgumentException naming the text and what is wrong with it
    public static HostPort parse(String text, int defaultPort) {
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        if (bracketed && text.endsWith("]")) {
            return new HostPort(text.substring(1, text.length() - 1), defaultPort);
        }
        if (colon < 0 || (!bracketed && text.indexOf(':') != colon)) {
            return new HostPort(text, defaultPort);
        }
        String port = text.substring(colon + 1);
        String host = text.substring(0, colon);
        if (bracketed) {
            if (!host.endsWith("]")) {
                throw new IllegalArgumentException("no ] before the port: " + text);
            }
            host = host.substring(1, host.length() - 1);
        }
        if (!port.matches("\\d{1,5}")) {
            throw new IllegalArgumentException("the port is not a number: " + text);
        }
        return new HostPort(host, Integer.parseInt(port));
    }

    /// Whether [#address()] may be asked for.
    public boolean isLiteral() {
        return host.indexOf(':') >= 0 || host.matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
    }

    /// The address where the host is a literal.
    public IpAddress address() {
        return IpAddress.parse(host);
    }

    /// As [#parse] reads it back.
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static String canonical(String host) {
        if (host.indexOf(':') >= 0 || host.matches("[0-9.]+")) {
            return IpAddress.parse(host).toString();
        }
        if (host.length() > MAX_HOST_LENGTH
                || !host.matches("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\\.?")) {
            throw new IllegalArgumentException("not a host name or an address: " + host);
        }
        return host.toLowerCase(java.util.Locale.ROOT);
    }
}
