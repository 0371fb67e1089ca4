// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import warren.wireguard.Aead;
import warren.wireguard.MessageLayout;

/// Sizes of the packet loops' buffers. All are bounds of memory that is allocated once per loop
/// and touched only as far as packets reach.
final class BatchSize {
    /// The largest IP packet a TUN device hands over (its length field has 16 bits).
    static final int PACKET_BYTES = 65535;

    /// The largest UDP payload over IPv6 or IPv4, jumbograms aside.
    static final int DATAGRAM_BYTES = 65535;

    /// Datagrams received in one call where the kernel does not join them, and staged packets sent
    /// together.
    static final int PACKETS = 64;

    /// Datagrams received in one call where the kernel joins them: enough for a window of a fast
    /// stream, and still within a cache.
    static final int JOINED_MESSAGES = 16;

    /// Datagrams opened and delivered together.
    static final int RECEIVE_PACKETS = 256;

    /// Packets joined into one; the largest of ordinary size needs 48.
    static final int JOINED_MAX = 128;

    /// Packets sealed and sent together: one super-packet of the usual size and some more.
    static final int SEND_PACKETS = 128;

    /// From this on what was read is sent before more is read.
    static final int SEND_AT_BYTES = 65536;

    static final int ALIGNMENT = 64;

    /// Before a packet: the transport header, rounded up so that packets stay aligned.
    static final int HEAD_ROOM = ALIGNMENT;

    /// Behind a packet: padding to a multiple of 16, and the tag.
    static final int TAIL_ROOM = 16 + Aead.TAG_LENGTH;

    /// From one packet to the next.
    static final int STRIDE =
            (HEAD_ROOM + PACKET_BYTES + TAIL_ROOM + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

    /// For staged packets, which lie close together: one of the largest, or many usual ones.
    static final int STAGED_BYTES = 4 * STRIDE;

    /// For packets to be sent, which lie close together: up to [#SEND_AT_BYTES], and one of the
    /// largest behind that, split.
    static final int SEND_BYTES = SEND_AT_BYTES + 2 * STRIDE;

    static {
        if (HEAD_ROOM < MessageLayout.TRANSPORT_HEADER) {
            throw new IllegalStateException("no room for the transport header");
        }
    }

    private BatchSize() {}
}
