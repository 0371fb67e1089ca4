// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import warren.linux.EventFd;
import warren.linux.Fd;
import warren.linux.Poll;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.Outcome;
import warren.linux.libc.SocketCalls;

/// A netlink socket, of any protocol. It belongs for ever to the network namespace of the thread
/// that opened it, whichever thread uses it later.
///
/// A socket is used either for requests or, after `join`, for events: whoever waits in `receive`
/// keeps requests out. Every method waits in native code, so waiting for events belongs on a
/// platform thread. Thread-safe: one call at a time holds `lock`; `close` wakes it up first.
public final class NetlinkSocket implements AutoCloseable {
    /// The largest message a kernel dump builds; a larger one makes the buffer grow.
    private static final int INITIAL_BUFFER = 32 * 1024;

    /// The kernel answers within the call that asks. This only keeps a bug from hanging us.
    private static final int ANSWER_TIMEOUT_MILLIS = 10_000;

    /// A dump that sees a change in the middle is taken anew. With as many changes as this
    /// something is wrong with the machine, and the caller learns of it.
    private static final int DUMP_ATTEMPTS = 50;

    // struct sockaddr_nl: u16 family, u16 pad, u32 pid, u32 groups.
    private static final int SOCKADDR_NL_LENGTH = 2 + 2 + 4 + 4;

    // Set at construction.
    private final Fd fd;
    private final EventFd wakeUp;
    private final int port;
    private final Arena arena = Arena.ofShared();
    private final ReentrantLock lock = new ReentrantLock();

    private volatile boolean closed;

    @GuardedBy("lock")
    private final Poll poll = new Poll(arena, 2);

    @GuardedBy("lock")
    private final int readable;

    @GuardedBy("lock")
    private MemorySegment buffer = arena.allocate(INITIAL_BUFFER);

    @GuardedBy("lock")
    private int sequence;

    private NetlinkSocket(Fd fd, EventFd wakeUp, int port) {
        this.fd = fd;
        this.wakeUp = wakeUp;
        this.port = port;
        this.readable = poll.add(fd, Poll.READ);
        poll.add(wakeUp.fd(), Poll.READ);
    }

    /// Opens a socket in the calling thread's network namespace.
    ///
    /// @param protocol `NETLINK_ROUTE` or `NETLINK_GENERIC`
    public static NetlinkSocket open(int protocol) throws IOException {
        int type = SocketCalls.SOCK_RAW | SocketCalls.SOCK_CLOEXEC;
        var fd =
                new Fd(
                        Outcome.check(
                                SocketCalls.socket(NetlinkConstants.AF_NETLINK, type, protocol),
                                "socket AF_NETLINK",
                                protocol));
        try {
            int port = bindToKernel(fd.number());
            return new NetlinkSocket(fd, EventFd.open(), port);
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    /// Sends a request and waits for the kernel's consent.
    ///
    /// @throws NetlinkException when the kernel refuses
    public void execute(NetlinkRequest request) throws IOException {
        exchange(request, NetlinkConstants.NLM_F_ACK);
    }

    /// Sends a request for one object, and returns what came before the acknowledgement.
    ///
    /// @throws NetlinkException when the kernel refuses
    public List<NetlinkMessage> ask(NetlinkRequest request) throws IOException {
        return exchange(request, NetlinkConstants.NLM_F_ACK).messages();
    }

    /// Lists objects. What is returned was true all at one moment as far as the kernel can tell:
    /// a dump that it marks as interrupted by a change is taken again.
    ///
    /// @throws NetlinkException when the kernel refuses, or with `EAGAIN` when changes never cease
    public List<NetlinkMessage> dump(NetlinkRequest request) throws IOException {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            var answer = exchange(request, NetlinkConstants.NLM_F_DUMP);
            if (!answer.interrupted()) {
                return answer.messages();
            }
        }
        throw new NetlinkException(
                request.operation(),
                Errno.EAGAIN,
                "changed " + DUMP_ATTEMPTS + " times while it was listed");
    }

    /// Asks for a list of objects that [#receive] is to give, between the events: before the first
    /// of it, and once. What the kernel says of the request itself comes there too.
    public void announce(NetlinkRequest request) throws IOException {
        lock.lock();
        try {
            requireOpen();
            send(request, NetlinkConstants.NLM_F_DUMP, ++sequence);
        } finally {
            lock.unlock();
        }
    }

    /// Subscribes to a multicast group (`RTNLGRP_LINK` and the like).
    public void join(int group) throws IOException {
        setOption(NetlinkConstants.NETLINK_ADD_MEMBERSHIP, group, "NETLINK_ADD_MEMBERSHIP");
    }

    /// How many bytes of events the kernel keeps for us before it drops them; beyond the system's
    /// limit when we may. A hint: the kernel rounds.
    public void receiveBuffer(int bytes) throws IOException {
        lock.lock();
        try {
            requireOpen();
            int level = SocketCalls.SOL_SOCKET;
            if (SocketCalls.setsockopt(fd.number(), level, SocketCalls.SO_RCVBUFFORCE, bytes) < 0) {
                Outcome.check(
                        SocketCalls.setsockopt(fd.number(), level, SocketCalls.SO_RCVBUF, bytes),
                        "setsockopt SO_RCVBUF");
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits for events of the joined groups.
    ///
    /// @return null once the socket is closed
    /// @throws ErrnoException with `ENOBUFS` when the kernel had to drop events. What was waiting
    ///     besides is dropped too, and only so will the kernel deliver again: whatever changes from
    ///     now on comes as an event, or as another `ENOBUFS`
    public NetlinkMessage.@Nullable Batch receive() throws IOException {
        lock.lock();
        try {
            while (!closed) {
                if (awaitReadable(-1)) {
                    return NetlinkMessage.parse(receiveDatagram());
                }
            }
            return null;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOBUFS) {
                dropWaiting();
            }
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /// Wakes whoever waits and closes the socket. Idempotent.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        wakeUp.signal();
        lock.lock();
        try {
            if (fd.isOpen()) {
                fd.close();
                wakeUp.close();
                arena.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Binds to a port of the kernel's choice, accepts messages of the kernel alone (a connected
    /// netlink socket refuses other senders), and asks for errors in words and strict checking.
    private static int bindToKernel(int fd) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            var address = arena.allocate(SOCKADDR_NL_LENGTH, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) NetlinkConstants.AF_NETLINK);
            Outcome.check(SocketCalls.bind(fd, address), "bind netlink");
            Outcome.check(SocketCalls.connect(fd, address), "connect netlink");
            Outcome.check(SocketCalls.getsockname(fd, address), "getsockname netlink");
            int level = NetlinkConstants.SOL_NETLINK;
            Outcome.check(
                    SocketCalls.setsockopt(fd, level, NetlinkConstants.NETLINK_EXT_ACK, 1),
                    "setsockopt NETLINK_EXT_ACK");
            Outcome.check(
                    SocketCalls.setsockopt(fd, level, NetlinkConstants.NETLINK_CAP_ACK, 1),
                    "setsockopt NETLINK_CAP_ACK");
            Outcome.check(
                    SocketCalls.setsockopt(fd, level, NetlinkConstants.NETLINK_GET_STRICT_CHK, 1),
                    "setsockopt NETLINK_GET_STRICT_CHK");
            return address.get(JAVA_INT, 4);
        }
    }

    private Answer exchange(NetlinkRequest request, int mode) throws IOException {
        lock.lock();
        try {
            requireOpen();
            int own = ++sequence;
            send(request, mode, own);
            return collect(request.operation(), new Answer(request.operation(), own, port));
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void send(NetlinkRequest request, int mode, int own) throws IOException {
        byte[] message =
                NetlinkMessage.encode(
                        request.type(),
                        request.flags() | mode | NetlinkConstants.NLM_F_REQUEST,
                        own,
                        port,
                        request.payload().toByteArray());
        try (Arena call = Arena.ofConfined()) {
            var data = call.allocateFrom(JAVA_BYTE, message);
            int sent = SocketCalls.sendto(fd.number(), data, 0, MemorySegment.NULL);
            Outcome.check(sent, request.operation());
        }
    }

    @GuardedBy("lock")
    private Answer collect(String operation, Answer answer) throws IOException {
        boolean complete = false;
        while (!complete) {
            if (!awaitReadable(ANSWER_TIMEOUT_MILLIS)) {
                requireOpen();
                throw new NetlinkException(operation, Errno.EIO, "the kernel does not answer");
            }
            complete = answer.accept(NetlinkMessage.parse(receiveDatagram()));
        }
        return answer;
    }

    /// Waits until there is something to receive; false when the time is over or `close` woke us.
    @GuardedBy("lock")
    private boolean awaitReadable(int timeoutMillis) throws ErrnoException {
        poll.await(timeoutMillis);
        return !closed && poll.readable(readable);
    }

    /// Receives one datagram whole, whatever its size: its length is looked at before it is taken.
    @GuardedBy("lock")
    private byte[] receiveDatagram() throws ErrnoException {
        int peek = SocketCalls.MSG_PEEK | SocketCalls.MSG_TRUNC | SocketCalls.MSG_DONTWAIT;
        int length = Outcome.check(SocketCalls.recv(fd.number(), buffer, peek), "recv netlink");
        if (length > buffer.byteSize()) {
            buffer = arena.allocate(length);
        }
        int got =
                Outcome.check(
                        SocketCalls.recv(fd.number(), buffer, SocketCalls.MSG_DONTWAIT),
                        "recv netlink");
        return buffer.asSlice(0, got).toArray(JAVA_BYTE);
    }

    /// A socket that overflowed is congested until it is empty, and until then the kernel drops
    /// further events without a word (`NETLINK_S_CONGESTED`, `net/netlink/af_netlink.c`).
    @GuardedBy("lock")
    private void dropWaiting() {
        int got;
        do {
            got = SocketCalls.recv(fd.number(), buffer, SocketCalls.MSG_DONTWAIT);
        } while (got >= 0 || got == -Errno.ENOBUFS);
    }

    private void setOption(int option, int value, String name) throws IOException {
        lock.lock();
        try {
            requireOpen();
            Outcome.check(
                    SocketCalls.setsockopt(
                            fd.number(), NetlinkConstants.SOL_NETLINK, option, value),
                    "setsockopt " + name,
                    value);
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("netlink socket is closed");
        }
    }
}
