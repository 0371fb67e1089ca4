// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.net.NetworkInterface;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// Reads the values of UAPI lines, as strictly as `wireguard-go` does: decimal digits only, no
/// names, null for whatever is not exactly of the form.
final class UapiValue {
    private UapiValue() {}

    /// A decimal number without sign; -1 where it is not one or exceeds `max`.
    static long number(String text, long max) {
        if (text.isEmpty() || text.length() > 19) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9' || value > (Long.MAX_VALUE - (c - '0')) / 10) {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value <= max ? value : -1;
    }

    /// `10.0.0.0/8` or `fd00::/8`: the length is not optional.
    static @Nullable IpPrefix prefix(String text) {
        int slash = text.indexOf('/');
        IpAddress address = slash < 0 ? null : address(text.substring(0, slash));
        if (address == null) {
            return null;
        }
        long length = number(text.substring(slash + 1), address.bits());
        return length < 0 ? null : new IpPrefix(address, (int) length);
    }

    /// `192.0.2.1:51820`, `[2001:db8::1]:51820` or `[fe80::1%eth0]:51820`.
    static @Nullable Endpoint endpoint(String text) {
        int colon = text.lastIndexOf(':');
        long port = colon < 0 ? -1 : number(text.substring(colon + 1), 65535);
        if (port < 1) {
            return null;
        }
        String host = text.substring(0, colon);
        if (!host.startsWith("[")) {
            IpAddress v4 = host.indexOf(':') < 0 ? address(host) : null;
            return v4 == null ? null : Endpoint.of(v4, (int) port);
        }
        return host.endsWith("]") ? v6(host.substring(1, host.length() - 1), (int) port) : null;
    }

    private static @Nullable Endpoint v6(String host, int port) {
        int percent = host.indexOf('%');
        IpAddress address = address(percent < 0 ? host : host.substring(0, percent));
        if (address == null || address.isV4()) {
            return null;
        }
        int scope = percent < 0 ? 0 : scope(host.substring(percent + 1));
        if (scope < 0) {
            return null;
        }
        boolean mapped = address.high() == 0 && address.low() >>> 32 == 0xffff;
        return mapped
                ? Endpoint.of(IpAddress.v4((int) address.low()), port)
                : new Endpoint(address, port, scope, null, 0);
    }

    /// The index of an interface given as a number or by name; -1 where there is none.
    private static int scope(String text) {
        long index = number(text, Integer.MAX_VALUE);
        if (index >= 0) {
            return (int) index;
        }
        try {
            NetworkInterface named = NetworkInterface.getByName(text);
            return named == null ? -1 : named.getIndex();
        } catch (SocketException _) { // no interface could be listed, so none has that name
            return -1;
        }
    }

    private static @Nullable IpAddress address(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException _) { // the caller's answer is one errno for any reason
            return null;
        }
    }
}
