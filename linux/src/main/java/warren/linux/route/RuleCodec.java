// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import warren.linux.netlink.AttributeReader;
import warren.linux.netlink.PayloadReader;
import warren.linux.netlink.PayloadWriter;

/// Rules as `struct fib_rule_hdr` and `FRA_*` attributes.
///
/// ```
///  |  family       |  dst_len      |  src_len      |  tos          |
///  |  table        |  res1         |  res2         |  action       |
///  |                          flags (FIB_RULE_*)                   |
/// ```
final class RuleCodec {
    private RuleCodec() {}

    static PayloadWriter query(Family family) {
        return header(family, 0, 0, 0, 0, 0);
    }

    static PayloadWriter encode(Rule rule) {
        if (rule.action() == Rule.Action.OTHER) {
            throw new IllegalArgumentException("rule " + rule.priority() + " of action OTHER");
        }
        var from = rule.from() == null ? null : rule.from().masked();
        var to = rule.to() == null ? null : rule.to().masked();
        var out =
                header(
                        rule.family(),
                        to == null ? 0 : to.prefixLength(),
                        from == null ? 0 : from.prefixLength(),
                        rule.table() >>> 8 == 0 ? rule.table() : 0,
                        rule.action().number,
                        rule.inverted() ? RtnetlinkConstants.FIB_RULE_INVERT : 0);
        if (to != null) {
            out.bytes(RtnetlinkConstants.FRA_DST, to.address().getAddress());
        }
        if (from != null) {
            out.bytes(RtnetlinkConstants.FRA_SRC, from.address().getAddress());
        }
        if (rule.iif() != null) {
            out.string(RtnetlinkConstants.FRA_IIFNAME, rule.iif());
        }
        if (rule.oif() != null) {
            out.string(RtnetlinkConstants.FRA_OIFNAME, rule.oif());
        }
        numbers(out, rule);
        return out;
    }

    private static void numbers(PayloadWriter out, Rule rule) {
        if (rule.table() != 0) {
            out.u32(RtnetlinkConstants.FRA_TABLE, rule.table());
        }
        if (rule.priority() != 0) {
            out.u32(RtnetlinkConstants.FRA_PRIORITY, rule.priority());
        }
        if (rule.protocol() != 0) {
            out.u8(RtnetlinkConstants.FRA_PROTOCOL, rule.protocol());
        }
        if (rule.mask() != 0) {
            out.u32(RtnetlinkConstants.FRA_FWMARK, rule.mark())
                    .u32(RtnetlinkConstants.FRA_FWMASK, rule.mask());
        }
    }

    private static PayloadWriter header(
            Family family, int toLength, int fromLength, int table, int action, int flags) {
        return new PayloadWriter()
                .field8(family.number)
                .field8(toLength)
                .field8(fromLength)
                .field8(0)
                .field8(table)
                .field8(0)
                .field8(0)
                .field8(action)
                .field32(flags);
    }

    /// Null for a message about something else, and for an unsound one, which `in` then says.
    static @Nullable Rule decode(PayloadReader in) {
        var family = Inet.family(in.field8());
        int toLength = in.field8();
        int fromLength = in.field8();
        in.skip(1);
        int table = in.field8();
        in.skip(2);
        var action = Rule.Action.of(in.field8());
        int flags = in.field32();
        if (family == null || in.malformed() != null) {
            return null;
        }
        var fields = new Fields(family, table);
        for (var a = in.attributes(); a.next(); ) {
            fields.read(a);
        }
        var from = fields.from == null ? null : Inet.cidr(in, fields.from, fromLength);
        var to = fields.to == null ? null : Inet.cidr(in, fields.to, toLength);
        if (in.malformed() != null) {
            return null;
        }
        return new Rule(
                family,
                from,
                to,
                fields.iif,
                fields.oif,
                action,
                fields.table,
                fields.priority,
                fields.protocol,
                fields.mark,
                fields.mask,
                (flags & RtnetlinkConstants.FIB_RULE_INVERT) != 0);
    }

    /// The attributes of one rule while they are read.
    private static final class Fields {
        private final Family family;
        private @Nullable InetAddress from;
        private @Nullable InetAddress to;
        private @Nullable String iif;
        private @Nullable String oif;
        private int table;
        private int priority;
        private int protocol;
        private int mark;
        private int mask;

        Fields(Family family, int table) {
            this.family = family;
            this.table = table;
        }

        void read(AttributeReader a) {
            switch (a.type()) {
                case RtnetlinkConstants.FRA_SRC -> from = Inet.address(a, family);
                case RtnetlinkConstants.FRA_DST -> to = Inet.address(a, family);
                case RtnetlinkConstants.FRA_IIFNAME -> iif = a.string();
                case RtnetlinkConstants.FRA_OIFNAME -> oif = a.string();
                case RtnetlinkConstants.FRA_TABLE -> table = a.u32();
                case RtnetlinkConstants.FRA_PRIORITY -> priority = a.u32();
                case RtnetlinkConstants.FRA_PROTOCOL -> protocol = a.u8();
                case RtnetlinkConstants.FRA_FWMARK -> mark = a.u32();
                case RtnetlinkConstants.FRA_FWMASK -> mask = a.u32();
                default -> {}
            }
        }
    }
}
