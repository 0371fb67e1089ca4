// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import warren.linux.route.AssignedAddress;
import warren.linux.route.LinkSettings;
import warren.linux.route.Route;
import warren.linux.route.Rule;
import warren.linux.sysctl.LinkSetting;

/// One change of the network stack. Immutable.
public sealed interface Change {
    record SetLink(int link, LinkSettings settings) implements Change {}

    record DeleteLink(int link) implements Change {}

    record AddAddress(AssignedAddress address) implements Change {}

    record DeleteAddress(AssignedAddress address) implements Change {}

    /// Adds a route; fails where there is one to the same destination in the same table and
    /// priority, which is another's.
    record AddRoute(Route route) implements Change {}

    /// Puts a route in the place of one of ours.
    record ReplaceRoute(Route route) implements Change {}

    record DeleteRoute(Route route) implements Change {}

    record AddRule(Rule rule) implements Change {}

    record DeleteRule(Rule rule) implements Change {}

    /// Moves the rule `from all lookup local` of IPv6 from priority 0, before which no rule can be,
    /// to [#LOCAL_PRIORITY]. One change, so that there is such a rule at every moment.
    record MoveLocalRule() implements Change {
        /// Still before every rule that anybody else makes.
        public static final int LOCAL_PRIORITY = 2;
    }

    record Set(LinkSetting setting, String link, int value) implements Change {}
}
