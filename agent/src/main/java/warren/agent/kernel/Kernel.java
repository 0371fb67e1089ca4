// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import warren.linux.sysctl.LinkSetting;

/// What the agent asks of the node's network stack. Confined to the reconcile loop.
public interface Kernel {
    /// The alias (`ip link set … alias`) of every link that Warren made.
    String ALIAS = "warren";

    /// What there is now, of the routes those in the main table.
    Snapshot snapshot() throws IOException;

    /// The same with the routes of every table, the host's own addresses among them.
    Snapshot everything() throws IOException;

    /// Makes one change. Making it again changes nothing.
    void apply(Change change) throws IOException;

    /// A link's setting, or null where the link has no such setting, as without IPv6.
    @Nullable Integer setting(LinkSetting setting, String link) throws IOException;
}
