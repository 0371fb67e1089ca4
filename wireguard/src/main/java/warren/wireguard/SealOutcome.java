// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// What became of a run of outgoing packets, see [Peer#seal].
public enum SealOutcome {
    /// The run now holds transport messages: send them to [Peer#endpoint()].
    SEALED,
    /// No session: copies wait for the handshake, which has been asked for where none was running.
    STAGED,
    /// The peer has no endpoint. Counted; the sender may be told "destination unreachable".
    NO_ENDPOINT,
    /// The device is down or the peer was removed; dropped.
    DOWN,
}
