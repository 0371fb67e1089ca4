// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import org.jspecify.annotations.Nullable;

/// A handshake or cookie message to send. Never payload: that stays in its [PacketBatch].
///
/// @param to where to
/// @param bytes the whole UDP payload; the receiver of this record owns it
/// @param peer whose figures count it; null for a cookie reply, which is to nobody in particular
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared or printed
public record Datagram(Endpoint to, byte[] bytes, @Nullable Peer peer) {}
