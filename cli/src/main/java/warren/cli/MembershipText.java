// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.PrintStream;
import warren.control.Membership;

/// What a person reads after `init` and `join`.
final class MembershipText {
    private MembershipText() {}

    static void print(Membership membership, PrintStream out) {
        Facts facts = new Facts();
        facts.add("node", membership.name() + " (" + membership.id() + ")");
        facts.add("cluster", membership.cluster());
        facts.add("network", membership.network());
        facts.add("address", membership.address());
        facts.print(out);
    }
}
