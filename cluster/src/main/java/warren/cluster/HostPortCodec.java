// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;
import warren.wireguard.IpAddress;

/// Lists of hosts and ports in tokens and records: each a kind, the host and a port of 16 bits.
///
/// ```
/// 4 | 4 bytes                  | port
/// 6 | 16 bytes                 | port
/// 0 | length | ASCII host name | port
/// ```
final class HostPortCodec {
    private static final int NAME = 0;
    private static final int V4 = 4;
    private static final int V6 = 6;

    private HostPortCodec() {}

    static void write(WireWriter out, List<HostPort> hosts) {
        for (HostPort host : hosts) {
            if (host.isLiteral()) {
                IpAddress address = host.address();
                out.u8(address.isV4() ? V4 : V6).put(address.toBytes());
            } else {
                out.u8(NAME).u8(host.host().length()).put(host.host().getBytes(US_ASCII));
            }
            out.u16(host.port());
        }
    }

    /// Reads to the end of `in`, which fails where something is not a host and port or where
    /// there are more than `most`.
    static List<HostPort> read(WireReader in, int most) {
        List<HostPort> hosts = new ArrayList<>();
        while (in.remaining() > 0 && hosts.size() < most) {
            String host = host(in);
            int port = in.u16();
            if (in.failed()) {
                return List.of();
            }
            try {
                hosts.add(new HostPort(host, port));
            } catch (IllegalArgumentException _) { // no name, or port 0: the sender's nonsense
                in.fail();
                return List.of();
            }
        }
        if (!in.isDone()) {
            in.fail();
        }
        return hosts;
    }

    private static String host(WireReader in) {
        int kind = in.u8();
        switch (kind) {
            case V4, V6 -> {
                byte[] address = in.take(kind == V4 ? 4 : 16);
                return in.failed() ? "" : IpAddress.of(address).toString();
            }
            case NAME -> {
                String name = new String(in.take(in.u8()), US_ASCII);
                if (name.indexOf(':') >= 0 || name.matches("[0-9.]*")) {
                    in.fail(); // a literal has a shorter form: one meaning, one encoding
                }
                return name;
            }
            default -> {
                in.fail();
                return "";
            }
        }
    }
}
