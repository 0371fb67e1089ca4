// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import warren.linux.errno.Errno;

/// Datagrams to send together. The loop fills it (`clear`, then `add`, `destination` and maybe
/// `source` for each), hands it to [UdpSocket#send] until nothing is [#remaining], and then reads
/// what became of each slot. A slot is one message: today one datagram, with segmentation offload
/// (`UDP_SEGMENT`) several.
///
/// Payload stays where the caller has it and must stay there until it is sent. Confined to the
/// sending loop.
public final class SendBatch {
    private final MessageHeaders headers;
    private final int[] bits;
    private final int[] errors;
    private final boolean[] sourceGone;
    private int count;
    private int next;

    /// @param arena owned by the loop, and outlives this
    /// @param capacity the most messages it holds
    public SendBatch(Arena arena, int capacity) {
        headers = new MessageHeaders(arena, capacity);
        bits = new int[capacity];
        errors = new int[capacity];
        sourceGone = new boolean[capacity];
    }

    public void clear() {
        count = 0;
        next = 0;
    }

    public int capacity() {
        return headers.capacity();
    }

    public int count() {
        return count;
    }

    public boolean isFull() {
        return count == headers.capacity();
    }

    /// Appends a message, whose destination must follow: the answer is its slot.
    ///
    /// @param buffer native memory
    public int add(MemorySegment buffer, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        int slot = Objects.checkIndex(count, headers.capacity());
        headers.payload(slot, buffer.address() + offset, length);
        headers.controlLength(slot, 0);
        bits[slot] = 0;
        errors[slot] = 0;
        sourceGone[slot] = false;
        count++;
        return slot;
    }

    /// @param addressBits 32 or 128, the family of the socket that will send it
    public void destination(int slot, int addressBits, long high, long low, int port) {
        bits[Objects.checkIndex(slot, count)] = addressBits;
        headers.name(slot, addressBits, high, low, port);
    }

    /// The interface of a link-local IPv6 destination.
    public void scope(int slot, int scopeId) {
        if (bits[Objects.checkIndex(slot, count)] == MessageHeaders.V6_BITS) {
            headers.scope(slot, scopeId);
        }
    }

    /// Sends from this local address of the destination's family, rather than from the one that
    /// routing would choose; after [#destination].
    ///
    /// @param ifindex the interface to leave by as well; 0 leaves that to routing
    public void source(int slot, long high, long low, int ifindex) {
        int family = bits[Objects.checkIndex(slot, count)];
        long at = headers.controlOffset(slot);
        headers.controlLength(
                slot, PacketInfo.write(headers.controls(), at, family, high, low, ifindex));
    }

    /// Messages not yet tried.
    public int remaining() {
        return count - next;
    }

    /// Why the slot was not sent, or 0.
    public int error(int slot) {
        return errors[Objects.checkIndex(slot, count)];
    }

    /// Whether the source given for the slot is not usable any more: it went out (or failed)
    /// without it, and the caller forgets that source.
    public boolean sourceGone(int slot) {
        return sourceGone[Objects.checkIndex(slot, count)];
    }

    /// Sends on from where the last call stopped. The answer is 0, or `-EAGAIN` where the socket is
    /// full, or another `-errno` that is not one message's fault.
    int send(int fd) {
        while (next < count) {
            int sent = headers.send(fd, next, count);
            if (sent > 0) {
                next += sent;
                continue;
            }
            switch (-sent) {
                case Errno.EAGAIN, Errno.EBADF, Errno.ENOTSOCK, Errno.EFAULT -> {
                    return sent;
                }
                default -> refused(-sent);
            }
        }
        return 0;
    }

    private void refused(int errno) {
        if (headers.controlLength(next) > 0 && isStaleSource(errno)) {
            headers.controlLength(next, 0);
            sourceGone[next] = true;
            return; // the same message once more, from where routing likes
        }
        errors[next] = errno;
        next++;
    }

    /// What `ip(7)` sends answer when the address has left the host or its interface: EINVAL for
    /// the address, the others for the interface and for routes that the pair no longer has.
    private static boolean isStaleSource(int errno) {
        return switch (errno) {
            case Errno.EINVAL,
                    Errno.EADDRNOTAVAIL,
                    Errno.ENODEV,
                    Errno.ENXIO,
                    Errno.ENETUNREACH,
                    Errno.EHOSTUNREACH,
                    Errno.ENETDOWN ->
                    true;
            default -> false;
        };
    }
}
