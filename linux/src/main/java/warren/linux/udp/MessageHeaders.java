// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import warren.linux.libc.SocketCalls;
import warren.linux.libc.Structs;

/// The `mmsghdr`s of a batch with an address and control room for each, and as many `iovec`s, wired
/// together once: the message of a slot has the `iovec` of its number, until [#pieces] gives it
/// others.
///
///     mmsghdr[slot] -+-> sockaddr[slot]   32 bytes, holds either family
///                    +-> iovec[slot]      one piece of payload, or several in a row
///                    +-> control[slot]    room for packet info and two more small messages
///
/// Confined to its batch's loop.
final class MessageHeaders {
    static final int IPPROTO_IP = 0; // <netinet/in.h>
    static final int IPPROTO_IPV6 = 41;
    static final int IP_PKTINFO = 8; // <bits/in.h>
    static final int IPV6_PKTINFO = 50;
    static final int SOL_UDP = 17; // <netinet/udp.h>
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;

    static final int V4_BITS = 32;
    static final int V6_BITS = 128;

    private static final long HEADER = Structs.mmsghdr.byteSize();
    private static final long NAME = header("msg_name");
    private static final long NAME_LENGTH = header("msg_namelen");
    private static final long IOV = header("msg_iov");
    private static final long IOV_LENGTH = header("msg_iovlen");
    private static final long CONTROL = header("msg_control");
    private static final long CONTROL_LENGTH = header("msg_controllen");
    private static final long FLAGS = header("msg_flags");
    private static final long MESSAGE_LENGTH = Structs.offset(Structs.mmsghdr, "msg_len");

    private static final long IOVEC = Structs.iovec.byteSize();
    private static final long IOVEC_BASE = Structs.offset(Structs.iovec, "iov_base");
    private static final long IOVEC_LENGTH = Structs.offset(Structs.iovec, "iov_len");

    private static final long FAMILY = 0;
    private static final long PORT = Structs.offset(Structs.sockaddr_in, "sin_port");
    private static final long V4_ADDRESS = Structs.offset(Structs.sockaddr_in, "sin_addr");
    private static final long V6_ADDRESS = Structs.offset(Structs.sockaddr_in6, "sin6_addr");
    private static final long V6_SCOPE = Structs.offset(Structs.sockaddr_in6, "sin6_scope_id");
    private static final int V4_NAME_LENGTH = (int) Structs.sockaddr_in.byteSize();
    private static final int V6_NAME_LENGTH = (int) Structs.sockaddr_in6.byteSize();

    /// Room for `sockaddr_in6`, rounded up so that addresses inside stay aligned.
    private static final long NAME_ROOM = 32;

    /// Packet info of IPv6 (40) and two control messages with an `int` (24 each), rounded up.
    private static final long CONTROL_ROOM = 96;

    private final MemorySegment headers;
    private final MemorySegment names;
    private final MemorySegment vectors;
    private final MemorySegment controls;
    private final int capacity;

    MessageHeaders(Arena arena, int capacity) {
        this.capacity = capacity;
        headers = arena.allocate(Structs.mmsghdr, capacity);
        names = arena.allocate(NAME_ROOM * capacity, Long.BYTES);
        vectors = arena.allocate(Structs.iovec, capacity);
        controls = arena.allocate(CONTROL_ROOM * capacity, Long.BYTES);
        for (int slot = 0; slot < capacity; slot++) {
            headers.set(JAVA_LONG, slot * HEADER + NAME, names.address() + slot * NAME_ROOM);
            headers.set(JAVA_LONG, slot * HEADER + IOV, vectors.address() + slot * IOVEC);
            headers.set(JAVA_LONG, slot * HEADER + IOV_LENGTH, 1);
            headers.set(
                    JAVA_LONG, slot * HEADER + CONTROL, controls.address() + slot * CONTROL_ROOM);
        }
    }

    int capacity() {
        return capacity;
    }

    int receive(int fd) {
        return SocketCalls.recvmmsg(fd, headers, 0, capacity, SocketCalls.MSG_DONTWAIT);
    }

    int send(int fd, int from, int to) {
        long offset = from * HEADER;
        return SocketCalls.sendmmsg(fd, headers, offset, to - from, SocketCalls.MSG_DONTWAIT);
    }

    /// The kernel overwrites these three with what it used; they must be whole before each receive.
    void makeRoom(int slot) {
        headers.set(JAVA_INT, slot * HEADER + NAME_LENGTH, (int) NAME_ROOM);
        headers.set(JAVA_LONG, slot * HEADER + CONTROL_LENGTH, CONTROL_ROOM);
        headers.set(JAVA_INT, slot * HEADER + FLAGS, 0);
    }

    /// Where piece `number` of payload lies: the whole of the message of that slot, or see
    /// [#pieces].
    void piece(int number, long address, long length) {
        vectors.set(JAVA_LONG, number * IOVEC + IOVEC_BASE, address);
        vectors.set(JAVA_LONG, number * IOVEC + IOVEC_LENGTH, length);
    }

    /// Says that the slot's message is `count` pieces from `first` on.
    void pieces(int slot, int first, int count) {
        headers.set(JAVA_LONG, slot * HEADER + IOV, vectors.address() + first * IOVEC);
        headers.set(JAVA_LONG, slot * HEADER + IOV_LENGTH, count);
    }

    int receivedLength(int slot) {
        return headers.get(JAVA_INT, slot * HEADER + MESSAGE_LENGTH);
    }

    boolean truncated(int slot) {
        return (headers.get(JAVA_INT, slot * HEADER + FLAGS) & SocketCalls.MSG_TRUNC) != 0;
    }

    void name(int slot, int bits, long high, long low, int port) {
        long at = slot * NAME_ROOM;
        boolean v4 = bits == V4_BITS;
        names.set(
                JAVA_SHORT, at + FAMILY, (short) (v4 ? SocketCalls.AF_INET : SocketCalls.AF_INET6));
        names.set(Structs.NET_SHORT, at + PORT, (short) port);
        if (v4) {
            names.set(Structs.NET_INT, at + V4_ADDRESS, (int) low);
        } else {
            names.set(JAVA_INT, at + V4_ADDRESS, 0); // sin6_flowinfo
            names.set(Structs.NET_LONG, at + V6_ADDRESS, high);
            names.set(Structs.NET_LONG, at + V6_ADDRESS + Long.BYTES, low);
            names.set(JAVA_INT, at + V6_SCOPE, 0);
        }
        headers.set(JAVA_INT, slot * HEADER + NAME_LENGTH, v4 ? V4_NAME_LENGTH : V6_NAME_LENGTH);
    }

    void scope(int slot, int scopeId) {
        names.set(JAVA_INT, slot * NAME_ROOM + V6_SCOPE, scopeId);
    }

    /// 32, 128, or 0 where the kernel gave no address.
    int bits(int slot) {
        return switch (names.get(JAVA_SHORT, slot * NAME_ROOM + FAMILY)) {
            case SocketCalls.AF_INET -> V4_BITS;
            case SocketCalls.AF_INET6 -> V6_BITS;
            default -> 0;
        };
    }

    long high(int slot) {
        return bits(slot) == V4_BITS
                ? 0
                : names.get(Structs.NET_LONG, slot * NAME_ROOM + V6_ADDRESS);
    }

    long low(int slot) {
        long at = slot * NAME_ROOM;
        return bits(slot) == V4_BITS
                ? Integer.toUnsignedLong(names.get(Structs.NET_INT, at + V4_ADDRESS))
                : names.get(Structs.NET_LONG, at + V6_ADDRESS + Long.BYTES);
    }

    int port(int slot) {
        return Short.toUnsignedInt(names.get(Structs.NET_SHORT, slot * NAME_ROOM + PORT));
    }

    int scope(int slot) {
        return bits(slot) == V4_BITS ? 0 : names.get(JAVA_INT, slot * NAME_ROOM + V6_SCOPE);
    }

    /// Where the slot's control messages start in [#controls], and how many bytes they take.
    long controlOffset(int slot) {
        return slot * CONTROL_ROOM;
    }

    long controlLength(int slot) {
        return headers.get(JAVA_LONG, slot * HEADER + CONTROL_LENGTH);
    }

    void controlLength(int slot, long length) {
        headers.set(JAVA_LONG, slot * HEADER + CONTROL_LENGTH, length);
    }

    MemorySegment controls() {
        return controls;
    }

    private static long header(String member) {
        return Structs.offset(Structs.mmsghdr, "msg_hdr", member);
    }
}
