// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.List;

/// What arrived on a UAPI connection: whole requests only. Immutable.
sealed interface UapiRequest {
    record Set(List<UapiLine> lines) implements UapiRequest {}

    /// A request that is answered with a positive `errno` and has changed nothing.
    ///
    /// @param last whether the stream cannot be followed any further
    record Refused(int errno, boolean last) implements UapiRequest {}

    enum Simple implements UapiRequest {
        GET,
        /// The end of the connection, or a first line that is no operation: `wireguard-go` hangs
        /// up without an answer too.
        HANG_UP
    }
}
