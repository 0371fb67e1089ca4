// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.List;

/// What a UAPI socket gives access to. Implementations are thread-safe.
interface UapiTarget {
    /// A copy of the device's state, whose keys the caller destroys.
    DeviceState state();

    /// Applies the lines of one request in order. The keys in them stay the caller's to destroy.
    ///
    /// @return 0, or the positive error number of what the operating system refused; the lines
    ///     before it have been applied then
    int apply(List<UapiLine> lines);
}
