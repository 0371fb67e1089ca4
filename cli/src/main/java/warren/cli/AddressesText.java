// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.PrintStream;
import java.util.List;
import warren.control.AddressConflict;
import warren.control.AddressOwner;
import warren.control.AddressPrefix;
import warren.control.AddressReport;

/// `warren addresses` for a person: a row for each block or single address.
final class AddressesText {
    private static final int SHORT_ID = 8;

    private AddressesText() {}

    static void print(AddressReport report, PrintStream out) {
        out.println(
                "%s and %s: %d addresses, %d of them claimed, %d free"
                        .formatted(
                                report.network(),
                                report.network6(),
                                report.size(),
                                report.claimed(),
                                report.size() - report.claimed()));
        out.println();
        Table table =
                new Table("NODE", "ID", "STATE", "ADDRESSES", "IPV6", ">SIZE", ">IN USE", ">FREE");
        for (AddressOwner owner : report.owners()) {
            if (owner.prefixes().isEmpty()) {
                add(table, owner, "-", "-", "-", "-", "-");
            }
            for (AddressPrefix prefix : owner.prefixes()) {
                Long used = prefix.inUse();
                add(
                        table,
                        owner,
                        prefix.ipv4(),
                        prefix.ipv6(),
                        String.valueOf(prefix.size()),
                        used == null ? "-" : used.toString(),
                        used == null ? "-" : String.valueOf(prefix.size() - used));
            }
        }
        table.print(out);
        for (AddressOwner owner : report.owners()) {
            printOdd(owner, "asks for", owner.asked(), out);
            printOdd(owner, "claims what another owns:", owner.lost(), out);
        }
        for (AddressConflict conflict : report.conflicts()) {
            out.println(
                    "conflict: container %s is isolated, node %s (%s) has its address %s too"
                            .formatted(
                                    conflict.container(),
                                    conflict.winner(),
                                    conflict.winnerId(),
                                    conflict.address()));
        }
    }

    private static void add(Table table, AddressOwner owner, String... rest) {
        String[] row = new String[rest.length + 3];
        row[0] = owner.name();
        row[1] = owner.id().substring(0, Math.min(SHORT_ID, owner.id().length()));
        row[2] = owner.state();
        System.arraycopy(rest, 0, row, 3, rest.length);
        table.add(row);
    }

    private static void printOdd(
            AddressOwner owner, String what, List<String> prefixes, PrintStream out) {
        if (!prefixes.isEmpty()) {
            out.println(
                    "node %s (%s) %s %s"
                            .formatted(
                                    owner.name(), owner.id(), what, String.join(", ", prefixes)));
        }
    }
}
