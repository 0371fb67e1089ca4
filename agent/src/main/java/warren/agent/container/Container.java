// SPDX-License-Identifier: Apache-2.0
package warren.agent.container;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import warren.linux.namespace.NamespaceId;
import warren.wireguard.IpAddress;

/// One attached container. Immutable.
///
/// @param name what it was attached as; unique on the node
/// @param netns where its namespace was found
/// @param namespace which namespace that was: the path may lead to another one later
/// @param address its IPv4 address; the IPv6 one follows from it
public record Container(String name, Path netns, NamespaceId namespace, IpAddress address) {
    /// The name of every container's interface.
    public static final String INTERFACE = "eth0";

    /// What the names of the host's ends begin with.
    public static final String HOST_PREFIX = "wr";

    private static final int HASH_BYTES = 5;

    /// Container runtimes use up to 64 hexadecimal digits; CNI adds the interface's name.
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_./:-]{0,127}";

    public static boolean isName(String text) {
        return text.matches(NAME);
    }

    /// The host's end of the pair: made of the name's hash, because the kernel allows 15 bytes.
    public String hostInterface() {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(name.getBytes(StandardCharsets.UTF_8));
            return HOST_PREFIX + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
