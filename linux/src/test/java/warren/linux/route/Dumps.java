// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import warren.linux.netlink.NetlinkMessage;

/// The kernel's answers kept in `dump/*.hex`.
final class Dumps {
    private static final int NLMSG_DONE = 3;

    private Dumps() {}

    /// The messages of a dump up to its end.
    static List<NetlinkMessage> messages(String name) {
        return datagrams(name).stream()
                .map(bytes -> NetlinkMessage.parse(bytes).messages().getFirst())
                .filter(message -> message.type() != NLMSG_DONE)
                .toList();
    }

    /// The same as bytes, one message each, with the closing one.
    static List<byte[]> datagrams(String name) {
        try (var in = Dumps.class.getResourceAsStream("dump/" + name + ".hex")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(HexFormat.of()::parseHex)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
