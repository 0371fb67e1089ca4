// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import java.io.IOException;
import warren.tunnel.DeviceConfig;
import warren.tunnel.DeviceState;

/// A WireGuard device that outlives the agent. Confined to the reconcile loop.
///
/// | call     | no device           | device there                                   |
/// |----------|---------------------|------------------------------------------------|
/// | `ensure` | makes one           | leaves it, sessions included                   |
/// | `state`  | fails               | what it has                                    |
/// | `apply`  | fails               | changes what is said, leaves the rest          |
/// | `remove` | nothing             | takes it away, with its interface              |
public interface Tunnel {
    /// `userspace` or `kernel`, the words of the API.
    String kind();

    /// The name of its interface.
    String interfaceName();

    /// What [#ensure()] found.
    enum Found {
        RUNNING,
        STARTED
    }

    /// Makes the device where it does not run; its interface exists afterwards. Never touches an
    /// interface that is not Warren's: whether it is, is the caller's to find out before.
    Found ensure() throws IOException;

    DeviceState state() throws IOException;

    /// Applies a change; see [DeviceConfig] for what absent means.
    void apply(DeviceConfig change) throws IOException;

    void remove() throws IOException;
}
