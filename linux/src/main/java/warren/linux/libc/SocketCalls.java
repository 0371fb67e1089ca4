// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
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
    public static final int SO_SNDBUFFORCE = 32;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int SO_MARK = 36;
    // <poll.h>
    public static final int POLLIN = 0x1;
    public static final int POLLOUT = 0x4;
    public static final int POLLERR = 0x8;
    public static final int POLLHUP = 0x10;
    public static final int POLLNVAL = 0x20;

    private static final FunctionDescriptor INT_FD_BUFFER_INT =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

    private static final MethodHandle socket =
            Native.errnoFunction(
                    "socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle bind = Native.errnoFunction("bind", INT_FD_BUFFER_INT);
    private static final MethodHandle connect = Native.errnoFunction("connect", INT_FD_BUFFER_INT);
    private static final MethodHandle getsockname =
            Native.errnoFunction(
                    "getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle setsockopt =
            Native.errnoFunction(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle getsockopt =
            Native.errnoFunction(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle sendto =
            Native.errnoFunction(
                    "sendto",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle recv =
            Native.errnoFunction(
                    "recv",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    // The packet path passes addresses, not segments: a slice per call would be an object per call.
    private static final MethodHandle recvmmsg =
            Native.errnoFunction(
                    "recvmmsg",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle sendmmsg =
            Native.errnoFunction(
                    "sendmmsg",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle poll =
            Native.errnoFunction(
                    "poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle if_nametoindex =
            Native.errnoFunction("if_nametoindex", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    private SocketCalls() {}

    /// `socket(2)`: a descriptor. Every caller in this module adds [#SOCK_CLOEXEC].
    public static int socket(int domain, int type, int protocol) {
        return Outcome.repeat(state -> (int) socket.invokeExact(state, domain, type, protocol));
    }

    /// `bind(2)` to the whole of `address`.
    public static int bind(int fd, MemorySegment address) {
        int length = (int) address.byteSize();
        return Outcome.repeat(state -> (int) bind.invokeExact(state, fd, address, length));
    }

    /// `connect(2)` to the whole of `address`.
    public static int connect(int fd, MemorySegment address) {
        int length = (int) address.byteSize();
        return Outcome.repeat(state -> (int) connect.invokeExact(state, fd, address, length));
    }

    /// `getsockname(2)` into `address`; answers the length of the address.
    public static int getsockname(int fd, MemorySegment address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) address.byteSize());
            int result =
                    Outcome.repeat(
                            state -> (int) getsockname.invokeExact(state, fd, address, length));
            return result < 0 ? result : length.get(JAVA_INT, 0);
        }
    }

    /// `setsockopt(2)` with the whole of `value`.
    public static int setsockopt(int fd, int level, int name, MemorySegment value) {
        int length = (int) value.byteSize();
        return Outcome.repeat(
                state -> (int) setsockopt.invokeExact(state, fd, level, name, value, length));
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
            int result =
                    Outcome.repeat(
                            state ->
                                    (int)
                                            getsockopt.invokeExact(
                                                    state, fd, level, name, value, length));
            return result < 0 ? result : value.get(JAVA_INT, 0);
        }
    }

    /// `sendto(2)` of the whole `data`; `address` may be `MemorySegment.NULL` on a connected
    /// socket.
    public static int sendto(int fd, MemorySegment data, int flags, MemorySegment address) {
        int length = (int) address.byteSize();
        return (int)
                Outcome.repeatLong(
                        state ->
                                (long)
                                        sendto.invokeExact(
                                                state,
                                                fd,
                                                data,
                                                data.byteSize(),
                                                flags,
                                                address,
                                                length));
    }

    /// `recv(2)` into `buffer`; with [#MSG_TRUNC] the answer may exceed the buffer's size.
    public static int recv(int fd, MemorySegment buffer, int flags) {
        return (int)
                Outcome.repeatLong(
                        state ->
                                (long)
                                        recv.invokeExact(
                                                state, fd, buffer, buffer.byteSize(), flags));
    }

    /// `recvmmsg(2)` of up to `count` messages whose `mmsghdr`s start at `offset` of `messages`,
    /// without the timeout (which is checked only after a datagram: BUGS there). No object is made.
    public static int recvmmsg(int fd, MemorySegment messages, long offset, int count, int flags) {
        MemorySegment state = CallState.current();
        long address = messages.address() + offset;
        try {
            int result;
            do {
                int got = (int) recvmmsg.invokeExact(state, fd, address, count, flags, 0L);
                result = (int) Outcome.of(got, state);
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Native.broken(t);
        } finally {
            Reference.reachabilityFence(messages);
        }
    }

    /// `sendmmsg(2)` of `count` messages whose `mmsghdr`s start at `offset` of `messages`: how many
    /// went out, or the error of the first. No object is made.
    public static int sendmmsg(int fd, MemorySegment messages, long offset, int count, int flags) {
        MemorySegment state = CallState.current();
        long address = messages.address() + offset;
        try {
            int result;
            do {
                int sent = (int) sendmmsg.invokeExact(state, fd, address, count, flags);
                result = (int) Outcome.of(sent, state);
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Native.broken(t);
        } finally {
            Reference.reachabilityFence(messages);
        }
    }

    /// `poll(2)`: how many entries of `pollfds` have events; a negative timeout waits for ever.
    ///
    /// A signal ends the wait with 0, as the timeout does: the caller's loop looks at its own clock
    /// anyway, and repeating here would wait the whole timeout again. No object is made.
    public static int poll(MemorySegment pollfds, int count, int timeoutMillis) {
        MemorySegment state = CallState.current();
        try {
            int ready = (int) poll.invokeExact(state, pollfds, (long) count, timeoutMillis);
            int result = (int) Outcome.of(ready, state);
            return result == -Errno.EINTR ? 0 : result;
        } catch (Throwable t) {
            throw Native.broken(t);
        }
    }

    /// `if_nametoindex(3)` in the calling thread's network namespace: the index, or `-ENODEV`.
    public static int if_nametoindex(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment string = arena.allocateFrom(name);
            MemorySegment state = CallState.current();
            int index = (int) if_nametoindex.invokeExact(state, string);
            return index == 0 ? -CallState.errno(state) : index;
        } catch (Throwable t) {
            throw Native.broken(t);
        }
    }
}
