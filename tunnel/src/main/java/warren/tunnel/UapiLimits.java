// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

/// Ceilings of the UAPI, all our own choice: the protocol names none.
final class UapiLimits {
    /// The longest legal line, an endpoint with a scope or a key in hexadecimal, has about 100.
    static final int LINE_BYTES = 512;

    /// One request: ten thousand peers with a few allowed IPs each, and still a fraction of the
    /// process's heap once parsed.
    static final int REQUEST_BYTES = 4 << 20;

    /// One answer, as the client accepts it.
    static final int ANSWER_BYTES = 64 << 20;

    /// Connections at a time; `wg` uses one for a moment, monitors one each.
    static final int CONNECTIONS = 64;

    private UapiLimits() {}
}
