// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import warren.linux.errno.Errno;

/// Sockets: `socket(2)`, `socket(7)`, `recvmmsg(2)`, `poll(2)`, `if_nametoindex(3)`. Answers are
/// results or `-errno`. Buffers are the caller's before, during and after the call. Thread-safe: no
/// state.
public final class SocketCalls {
    // <bits/socket.h>, the same on every Linux architecture Java runs on.
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_NONBLOCK = 0x800;
    public static final int SOCK_CLOEXEC = 0x80000;
    public static final int MSG_PEEK = 0x2;
    public static final int MSG_CTRUNC = 0x8;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    // <asm-generic/socket.h>
    public static final int SOL_SOCKET = 1;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_REUSEPORT = 15;
    public static final int SO_SNDBUFFORCE = 32;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int SO_MARK = 36;
    // <poll.h>
    public static final int POLLIN = 0x1;
    public static final int POLLOUT = 0x4;
    public static final int POLLERR = 0x8;
    public static final int POLLHUP = 0x10;
    public static final int POLLNVAL = 0x20;

    private static final SystemCall socket = SystemCall.of("socket");
    private static final SystemCall socketpair = SystemCall.of("socketpair");
    private static final SystemCall bind = SystemCall.of("bind");
    private static final SystemCall connect = SystemCall.of("connect");
    private static final SystemCall getsockname = SystemCall.of("getsockname");
    private static final SystemCall setsockopt = SystemCall.of("setsockopt");
    private static final SystemCall getsockopt = SystemCall.of("getsockopt");
    private static final SystemCall sendto = SystemCall.of("sendto");
    private static final SystemCall recv = SystemCall.of("recv");
    private static final SystemCall recvmmsg = SystemCall.of("recvmmsg");
    private static final SystemCall sendmmsg = SystemCall.of("sendmmsg");
    private static final SystemCall poll = SystemCall.of("poll");
    private static final SystemCall if_nametoindex = SystemCall.of("if_nametoindex");

    private SocketCalls() {}

    /// `socket(2)`: a descriptor. Every caller in this module adds [#SOCK_CLOEXEC].
    public static int socket(int domain, int type, int protocol) {
        return socket.repeat(domain, type, protocol);
    }

    /// `socketpair(2)` of the family `AF_UNIX`: 0, and both descriptors in `pair`.
    public static int socketpair(int type, int[] pair) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(JAVA_INT, 2);
            int result = socketpair.repeat(AF_UNIX, type, 0, numbers.address());
            MemorySegment.copy(numbers, JAVA_INT, 0, pair, 0, 2);
            return result;
        }
    }

    /// `bind(2)` to the whole of `address`.
    public static int bind(int fd, MemorySegment address) {
        try {
            return bind.repeat(fd, Native.address(address), address.byteSize());
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /// `connect(2)` to the whole of `address`.
    public static int connect(int fd, MemorySegment address) {
        try {
            return connect.repeat(fd, Native.address(address), address.byteSize());
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /// `getsockname(2)` into `address`; answers the length of the address.
    public static int getsockname(int fd, MemorySegment address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) address.byteSize());
            int result = getsockname.repeat(fd, Native.address(address), length.address());
            return result < 0 ? result : length.get(JAVA_INT, 0);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /// `setsockopt(2)` with the whole of `value`.
    public static int setsockopt(int fd, int level, int name, MemorySegment value) {
        long address = Native.address(value);
        try {
            return setsockopt.repeat(fd, level, name, address, value.byteSize(), 0);
        } finally {
            Reference.reachabilityFence(value);
        }
    }

    /// `setsockopt(2)` with an `int`.
    public static int setsockopt(int fd, int level, int name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return setsockopt(fd, level, name, arena.allocateFrom(JAVA_INT, value));
        }
    }

    /// `getsockopt(2)` of an option whose value is an `int` that is never negative.
    public static int getsockopt(int fd, int level, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) JAVA_INT.byteSize());
            int result = getsockopt.repeat(fd, level, name, value.address(), length.address(), 0);
            return result < 0 ? result : value.get(JAVA_INT, 0);
        }
    }

    /// `sendto(2)` of the whole `data`; `address` may be `MemorySegment.NULL` on a connected
    /// socket.
    public static int sendto(int fd, MemorySegment data, int flags, MemorySegment address) {
        long from = Native.address(data);
        long to = Native.address(address);
        try {
            return sendto.repeat(fd, from, data.byteSize(), flags, to, address.byteSize());
        } finally {
            Reference.reachabilityFence(data);
            Reference.reachabilityFence(address);
        }
    }

    /// `recv(2)` into `buffer`; with [#MSG_TRUNC] the answer may exceed the buffer's size.
    public static int recv(int fd, MemorySegment buffer, int flags) {
        try {
            return recv.repeat(fd, Native.address(buffer), buffer.byteSize(), flags);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /// `recvmmsg(2)` of up to `count` messages whose `mmsghdr`s start at `offset` of `messages`,
    /// without the timeout (which is checked only after a datagram: BUGS there). No object is made.
    public static int recvmmsg(int fd, MemorySegment messages, long offset, int count, int flags) {
        try {
            return recvmmsg.repeat(fd, messages.address() + offset, count, flags);
        } finally {
            Reference.reachabilityFence(messages);
        }
    }

    /// `sendmmsg(2)` of `count` messages whose `mmsghdr`s start at `offset` of `messages`: how many
    /// went out, or the error of the first. No object is made.
    public static int sendmmsg(int fd, MemorySegment messages, long offset, int count, int flags) {
        try {
            return sendmmsg.repeat(fd, messages.address() + offset, count, flags);
        } finally {
            Reference.reachabilityFence(messages);
        }
    }

    /// `poll(2)`: how many entries of `pollfds` have events; a negative timeout waits for ever.
    ///
    /// A signal ends the wait with 0, as the timeout does: the caller's loop looks at its own clock
    /// anyway, and repeating here would wait the whole timeout again. No object is made.
    public static int poll(MemorySegment pollfds, int count, int timeoutMillis) {
        try {
            int ready = poll.once(Native.address(pollfds), count, timeoutMillis);
            return ready == -Errno.EINTR ? 0 : ready;
        } finally {
            Reference.reachabilityFence(pollfds);
        }
    }

    /// `if_nametoindex(3)` in the calling thread's network namespace: the index, or `-ENODEV`.
    public static int if_nametoindex(String name) {
        try (Arena arena = Arena.ofConfined()) {
            int index = if_nametoindex.once(arena.allocateFrom(name).address());
            return index == 0 ? -CallState.errno(CallState.current()) : index;
        }
    }
}
