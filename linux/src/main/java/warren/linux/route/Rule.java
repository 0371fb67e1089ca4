// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import org.jspecify.annotations.Nullable;

/// A rule of policy routing: which packets, and what with them. Immutable.
///
/// ```java
/// Rule.forFamily(Family.INET).iif("wnlveth0").lookup(200).priority(5100).build();
/// ```
///
/// @param from null for any source
/// @param to null for any destination
/// @param iif name of the link the packet came by; null for any
/// @param oif name of the link a local socket is bound to; null for any
/// @param table where to look with `LOOKUP`, else 0
/// @param priority 0 lets the kernel choose on writing
/// @param protocol who made it: `RtnetlinkConstants.RTPROT_WARREN` when we did
/// @param mark compared with the packet's mark under `mask`; a mask of 0 means any mark
/// @param inverted the rule is for packets that do *not* match
public record Rule(
        Family family,
        @Nullable Cidr from,
        @Nullable Cidr to,
        @Nullable String iif,
        @Nullable String oif,
        Action action,
        int table,
        int priority,
        int protocol,
        int mark,
        int mask,
        boolean inverted) {
    /// Starts a rule of Warren's own protocol number that looks in the main table.
    public static Builder forFamily(Family family) {
        return new Builder(family);
    }

    /// `FR_ACT_*` of `include/uapi/linux/fib_rules.h`. `OTHER` is any that this list does not name;
    /// it is listed, never written.
    public enum Action {
        LOOKUP(1),
        GOTO(2),
        NOP(3),
        BLACKHOLE(6),
        UNREACHABLE(7),
        PROHIBIT(8),
        OTHER(-1);

        final int number;

        Action(int number) {
            this.number = number;
        }

        static Action of(int number) {
            for (Action action : values()) {
                if (action.number == number) {
                    return action;
                }
            }
            return OTHER;
        }
    }

    /// Collects the parts of a rule. Confined to one thread.
    public static final class Builder {
        private final Family family;
        private @Nullable Cidr from;
        private @Nullable Cidr to;
        private @Nullable String iif;
        private @Nullable String oif;
        private Action action = Action.LOOKUP;
        private int table = RtnetlinkConstants.RT_TABLE_MAIN;
        private int priority;
        private int protocol = RtnetlinkConstants.RTPROT_WARREN;
        private int mark;
        private int mask;
        private boolean inverted;

        private Builder(Family family) {
            this.family = family;
        }

        public Builder from(Cidr value) {
            from = value;
            return this;
        }

        public Builder to(Cidr value) {
            to = value;
            return this;
        }

        public Builder iif(String value) {
            iif = LinkSettings.requireName(value);
            return this;
        }

        public Builder oif(String value) {
            oif = LinkSettings.requireName(value);
            return this;
        }

        public Builder lookup(int value) {
            action = Action.LOOKUP;
            table = value;
            return this;
        }

        /// An action other than a lookup.
        public Builder action(Action value) {
            action = value;
            table = 0;
            return this;
        }

        public Builder priority(int value) {
            priority = value;
            return this;
        }

        public Builder protocol(int value) {
            protocol = value;
            return this;
        }

        public Builder mark(int value, int under) {
            mark = value;
            mask = under;
            return this;
        }

        public Builder inverted() {
            inverted = true;
            return this;
        }

        public Rule build() {
            return new Rule(
                    family, from, to, iif, oif, action, table, priority, protocol, mark, mask,
                    inverted);
        }
    }
}
