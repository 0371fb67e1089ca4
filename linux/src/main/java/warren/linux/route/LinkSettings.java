// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What to set on a link; null leaves the link's own value alone. Immutable.
///
/// ```java
/// rtnetlink.linkSet(index, LinkSettings.NONE.withMtu(1420).withAlias("warren").withUp(true));
/// ```
///
/// @param name a link that is up can be renamed since Linux 6.2, before that only one that is down
/// @param alias the empty text removes it
/// @param master index of a bridge, 0 to leave the one it is in
public record LinkSettings(
        @Nullable String name,
        @Nullable Integer mtu,
        @Nullable Boolean up,
        @Nullable String alias,
        @Nullable MacAddress address,
        @Nullable Integer master) {
    /// `IFNAMSIZ` less the closing zero, of `include/uapi/linux/if.h`.
    public static final int MAX_NAME_BYTES = 15;

    /// `IFALIASZ` less the closing zero, of `include/uapi/linux/if.h`.
    public static final int MAX_ALIAS_BYTES = 255;

    public static final LinkSettings NONE = new LinkSettings(null, null, null, null, null, null);

    public LinkSettings {
        if (name != null) {
            requireName(name);
        }
        if (alias != null && alias.getBytes(StandardCharsets.UTF_8).length > MAX_ALIAS_BYTES) {
            throw new IllegalArgumentException("alias longer than " + MAX_ALIAS_BYTES + " bytes");
        }
        if (mtu != null && mtu <= 0) {
            throw new IllegalArgumentException("mtu " + mtu);
        }
    }

    public LinkSettings withName(String value) {
        return new LinkSettings(value, mtu, up, alias, address, master);
    }

    public LinkSettings withMtu(int value) {
        return new LinkSettings(name, value, up, alias, address, master);
    }

    public LinkSettings withUp(boolean value) {
        return new LinkSettings(name, mtu, value, alias, address, master);
    }

    public LinkSettings withAlias(String value) {
        return new LinkSettings(name, mtu, up, value, address, master);
    }

    public LinkSettings withAddress(MacAddress value) {
        return new LinkSettings(name, mtu, up, alias, value, master);
    }

    public LinkSettings withMaster(int value) {
        return new LinkSettings(name, mtu, up, alias, address, value);
    }

    /// The rules of `dev_valid_name` in `net/core/dev.c`.
    ///
    /// @throws IllegalArgumentException saying what is wrong
    public static String requireName(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "interface name \"" + name + "\": 1 to " + MAX_NAME_BYTES + " bytes");
        }
        boolean forbidden = name.chars().anyMatch(c -> c == '/' || c == ':' || c <= ' ');
        if (forbidden || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    "interface name \"" + name + "\": no slash, colon, space or dots alone");
        }
        return name;
    }
}
