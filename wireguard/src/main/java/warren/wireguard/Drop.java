// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// Why a packet or datagram went no further. Strangers cause most of these at will, so they are
/// counted and nothing else: no log line, no exception.
public enum Drop {
    /// A datagram shorter than a message type, or than the smallest message of its type.
    TOO_SHORT,
    /// The first four bytes are none of the four message types (reserved bytes included).
    UNKNOWN_TYPE,
    /// A handshake or cookie message that does not have its one length.
    WRONG_LENGTH,
    /// A handshake message arrived while the device is down or has no private key.
    NOT_READY,
    /// mac1 was not made for our public key.
    BAD_MAC1,
    /// Under load and without a valid mac2: answered by a cookie reply.
    COOKIE_REQUIRED,
    /// Under load, from an address that proved itself but sends too many handshakes.
    RATE_LIMITED,
    /// A handshake message whose encrypted fields or key agreement failed.
    HANDSHAKE_REFUSED,
    /// An initiation from a public key that is not a peer.
    UNKNOWN_PEER,
    /// An initiation whose timestamp is not newer than the newest seen of that peer.
    REPLAYED_INITIATION,
    /// An initiation within 20 ms of the last accepted one of that peer.
    INITIATION_FLOOD,
    /// No handshake or session of ours has this receiver index.
    UNKNOWN_INDEX,
    /// A response or cookie reply that answers no message that we have sent.
    UNEXPECTED,
    /// A cookie reply that did not decrypt.
    BAD_COOKIE,
    /// Data of a session past its time or message limit, or closed.
    EXPIRED_SESSION,
    /// Data with a wrong authentication tag.
    NOT_AUTHENTIC,
    /// Data with a counter seen before, or older than the replay window.
    REPLAYED_DATA,
    /// A decrypted payload that is not an IP packet, or claims more bytes than arrived.
    MALFORMED_PACKET,
    /// A decrypted packet whose source address is not within its peer's allowed IPs.
    SOURCE_NOT_ALLOWED,
    /// An outgoing packet to an address that is within no peer's allowed IPs, or not an IP packet.
    NO_ROUTE,
    /// An outgoing packet to a peer whose endpoint is unknown.
    NO_ENDPOINT,
    /// The oldest staged packet, pushed out by a newer one.
    STAGED_OVERFLOW,
    /// A staged packet given up with the handshake it waited for, or longer than the batch that
    /// was to carry it.
    STAGED_GIVEN_UP,
}
