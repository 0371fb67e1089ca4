// SPDX-License-Identifier: Apache-2.0
package warren.agent.container;

import java.io.IOException;
import java.nio.file.Path;
import warren.linux.namespace.NamespaceId;
import warren.wireguard.IpAddress;

/// Plugs containers in and out. Confined to the reconcile loop. What the host's end needs besides
/// (addresses, routes, rules) is the reconciler's.
public interface Plug {
    /// Which namespace is at a path.
    NamespaceId identify(Path netns) throws IOException;

    /// Makes the pair and sets up the container's end; undoes itself where it fails.
    ///
    /// @param ipv6 the container's second address
    /// @throws IOException also where the container has an interface of that name already
    void plug(Container container, IpAddress ipv6, int mtu) throws IOException;

    /// Takes the pair away; nothing where there is none.
    void unplug(Container container) throws IOException;

    /// Whether the namespace that the container was attached with is still there.
    boolean isAlive(Container container);

    /// Gives the container's end another MTU, where it is another.
    void resize(Container container, int mtu) throws IOException;
}
