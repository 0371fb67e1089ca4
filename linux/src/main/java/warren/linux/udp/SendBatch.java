// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import warren.linux.errno.Errno;

/// Datagrams to send together. The loop fills it (`clear`, then `add`, maybe `append`,
/// `destination` and maybe `source` for each), hands it to [UdpSocket#send] until nothing is
/// [#remaining], and then reads what became of each slot. A slot is one message: one datagram, or
/// after [#segment] several that the kernel splits.
///
/// Payload stays where the caller has it and must stay there until it is sent. Confined to the
/// sending loop.
public final class SendBatch {
    /// `UDP_MAX_SEGMENTS` of `include/linux/udp.h` before Linux 6.9, larger since.
    public static final int SEGMENTS_MAX = 64;

    /// What one message may hold: the largest UDP payload over IPv4.
    public static final int BYTES_MAX = 65_507;

    private static final int WHOLE = -1;

    private final MessageHeaders headers;
    private final int[] bits;
    private final int[] errors;
    private final boolean[] sourceGone;
    private final int[] segmentSize;
    private final int[] length;
    private final long[] sourceControl;
    private int count;

    // A message's pieces have consecutive numbers.
    private final int[] firstPiece;
    private final long[] pieceAddress;
    private final int[] pieceLength;
    private int pieces;

    private int next;

    /// How many bytes of the next message have left in datagrams of their own; -1 where the kernel
    /// splits it.
    private int splitAt = WHOLE;

    private boolean segmentationWorks = true;

    /// @param arena owned by the loop, and outlives this
    /// @param capacity the most messages it holds, and the most pieces
    public SendBatch(Arena arena, int capacity) {
        headers = new MessageHeaders(arena, capacity);
        bits = new int[capacity];
        errors = new int[capacity];
        sourceGone = new boolean[capacity];
        segmentSize = new int[capacity];
        length = new int[capacity];
        sourceControl = new long[capacity];
        firstPiece = new int[capacity];
        pieceAddress = new long[capacity];
        pieceLength = new int[capacity];
    }

    public void clear() {
        count = 0;
        pieces = 0;
        next = 0;
        splitAt = WHOLE;
    }

    public int capacity() {
        return headers.capacity();
    }

    public int count() {
        return count;
    }

    /// How many pieces more it can hold, hence also how many messages.
    public int room() {
        return headers.capacity() - pieces;
    }

    /// Adds a message, whose destination must follow: the answer is its slot.
    ///
    /// @param buffer native memory
    public int add(MemorySegment buffer, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        int slot = Objects.checkIndex(count, headers.capacity());
        firstPiece[slot] = pieces;
        this.length[slot] = length;
        addPiece(slot, buffer.address() + offset, length);
        segmentSize[slot] = 0;
        sourceControl[slot] = 0;
        headers.controlLength(slot, 0);
        bits[slot] = 0;
        errors[slot] = 0;
        sourceGone[slot] = false;
        count++;
        return slot;
    }

    /// Continues the message of the last slot with bytes that lie anywhere.
    ///
    /// @param buffer native memory
    public void append(MemorySegment buffer, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        int slot = Objects.checkIndex(count - 1, count);
        long address = buffer.address() + offset;
        this.length[slot] += length;
        int last = pieces - 1;
        if (pieceAddress[last] + pieceLength[last] == address) {
            pieceLength[last] += length;
            headers.piece(last, pieceAddress[last], pieceLength[last]);
        } else {
            addPiece(slot, address, length);
        }
    }

    private void addPiece(int slot, long address, int length) {
        int piece = Objects.checkIndex(pieces, headers.capacity());
        pieceAddress[piece] = address;
        pieceLength[piece] = length;
        headers.piece(piece, address, length);
        pieces++;
        headers.pieces(slot, firstPiece[slot], pieces - firstPiece[slot]);
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
        sourceControl[slot] = PacketInfo.write(headers.controls(), at, family, high, low, ifindex);
        headers.controlLength(slot, sourceControl[slot]);
    }

    /// Says that the message is several datagrams of `size` bytes, the last maybe shorter, at most
    /// [#SEGMENTS_MAX] and [#BYTES_MAX]; after [#source]. Each piece begins with a datagram. A
    /// kernel or a route that cannot split gets them one by one.
    public void segment(int slot, int size) {
        segmentSize[Objects.checkIndex(slot, count)] = size;
        writeControls(slot);
    }

    /// Whether the kernel still splits messages: once it has said that it cannot, each datagram
    /// had better be a message of its own.
    public boolean segmentationWorks() {
        return segmentationWorks;
    }

    /// How many datagrams the slot is.
    public int datagrams(int slot) {
        int size = segmentSize[Objects.checkIndex(slot, count)];
        return size == 0 ? 1 : (length[slot] + size - 1) / size;
    }

    private void writeControls(int slot) {
        long used = sourceControl[slot];
        if (segmentSize[slot] > 0) {
            long at = headers.controlOffset(slot) + used;
            used += Segmentation.write(headers.controls(), at, segmentSize[slot]);
        }
        headers.controlLength(slot, used);
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
            int sent = headers.send(fd, next, splitAt == WHOLE ? count : next + 1);
            if (sent > 0) {
                advance(sent);
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

    private void advance(int sent) {
        if (splitAt == WHOLE) {
            next += sent;
        } else {
            splitOn(splitAt + segmentSize[next]);
        }
    }

    private void refused(int errno) {
        if (splitAt == WHOLE && segmentSize[next] > 0 && isUnsplittable(errno)) {
            segmentationWorks &= errno != Errno.EIO;
            headers.controlLength(next, sourceControl[next]);
            splitOn(0);
            return; // the same message once more, datagram by datagram
        }
        if (sourceControl[next] > 0 && isStaleSource(errno)) {
            sourceControl[next] = 0;
            sourceGone[next] = true;
            if (splitAt == WHOLE) {
                writeControls(next);
            } else {
                headers.controlLength(next, 0);
            }
            return; // the same message once more, from where routing likes
        }
        errors[next] = errno;
        next++;
        splitAt = WHOLE;
    }

    /// Goes on with the datagram of the next message that starts at `at`.
    private void splitOn(int at) {
        splitAt = at;
        if (at < length[next]) {
            int piece = firstPiece[next];
            int start = at;
            while (start >= pieceLength[piece]) {
                start -= pieceLength[piece];
                piece++;
            }
            int size = Math.min(pieceLength[piece] - start, segmentSize[next]);
            headers.piece(piece, pieceAddress[piece] + start, size);
            headers.pieces(next, piece, 1);
            return;
        }
        next++;
        splitAt = WHOLE;
    }

    /// EIO: the device or the route computes no checksums. EINVAL and, since Linux 6.14, EMSGSIZE:
    /// the datagrams do not fit the path and would have to be fragmented.
    private static boolean isUnsplittable(int errno) {
        return errno == Errno.EIO || errno == Errno.EINVAL || errno == Errno.EMSGSIZE;
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
