// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.foreign.MemorySegment;

/// What a datagram is by its type and length alone, before any cryptography.
public enum MessageKind {
    INITIATION,
    RESPONSE,
    COOKIE_REPLY,
    TRANSPORT,
    TOO_SHORT,
    UNKNOWN_TYPE,
    WRONG_LENGTH;

    /// Classifies the `length` bytes of `memory` that start at `offset`. Never throws for what the
    /// bytes hold.
    public static MessageKind of(MemorySegment memory, long offset, int length) {
        if (length < MessageLayout.SENDER) {
            return TOO_SHORT;
        }
        return switch (memory.get(MessageLayout.LE32, offset)) {
            case MessageLayout.TYPE_INITIATION ->
                    length == MessageLayout.INITIATION_LENGTH ? INITIATION : WRONG_LENGTH;
            case MessageLayout.TYPE_RESPONSE ->
                    length == MessageLayout.RESPONSE_LENGTH ? RESPONSE : WRONG_LENGTH;
            case MessageLayout.TYPE_COOKIE_REPLY ->
                    length == MessageLayout.COOKIE_REPLY_LENGTH ? COOKIE_REPLY : WRONG_LENGTH;
            case MessageLayout.TYPE_TRANSPORT ->
                    length >= MessageLayout.TRANSPORT_MIN_LENGTH ? TRANSPORT : TOO_SHORT;
            default -> UNKNOWN_TYPE;
        };
    }
}
