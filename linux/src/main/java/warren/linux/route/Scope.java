// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

/// How far an address or a route's destination is: `enum rt_scope_t` of
/// `include/uapi/linux/rtnetlink.h`. Numbers without a name are the administrator's own.
public record Scope(int number) {
    public static final Scope UNIVERSE = new Scope(0);
    public static final Scope SITE = new Scope(200);
    public static final Scope LINK = new Scope(253);
    public static final Scope HOST = new Scope(254);
    public static final Scope NOWHERE = new Scope(255);

    public Scope {
        if (number < 0 || number > 255) {
            throw new IllegalArgumentException("scope " + number);
        }
    }
}
