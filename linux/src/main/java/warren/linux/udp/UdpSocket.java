// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import warren.linux.Fd;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.Outcome;
import warren.linux.libc.SocketCalls;
import warren.linux.libc.Structs;

/// A non-blocking UDP socket of one family, bound to the wildcard address.
///
/// Datagrams leave with DF clear and may be fragmented on the way, as the kernel's WireGuard sends
/// them. Thread-safe because it has no state but the descriptor: one loop may receive while another
/// sends, each with a batch of its own. The owner closes it after the loops have ended.
public final class UdpSocket implements AutoCloseable {
    // <bits/in.h>
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_PMTUDISC_DONT = 0;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_RECVPKTINFO = 49;

    private final Fd fd;
    private final int bits;
    private final int port;

    private UdpSocket(Fd fd, int bits, int port) {
        this.fd = fd;
        this.bits = bits;
        this.port = port;
    }

    /// @param port 0 lets the kernel choose
    static UdpSocket openV4(int port) throws ErrnoException {
        return open(MessageHeaders.V4_BITS, port, false);
    }

    /// Takes IPv6 only, so that an IPv4 socket may have the same port.
    static UdpSocket openV6(int port) throws ErrnoException {
        return open(MessageHeaders.V6_BITS, port, false);
    }

    /// One more socket of this family and port, which the two share from now on: all datagrams from
    /// one address and port come to the same one of them, until there is yet another. A socket
    /// that did not ask is still refused the port.
    UdpSocket openAnother() throws ErrnoException {
        // After bind, so that the first socket of a port has had it for itself: with the option,
        // bind would have joined whoever shares that port already.
        option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEPORT, 1);
        return open(bits, port, true);
    }

    private static UdpSocket open(int bits, int port, boolean sharing) throws ErrnoException {
        boolean v4 = bits == MessageHeaders.V4_BITS;
        Fd fd = socket(v4 ? SocketCalls.AF_INET : SocketCalls.AF_INET6);
        return finish(fd, bits, port, sharing);
    }

    private static Fd socket(int family) throws ErrnoException {
        int type = SocketCalls.SOCK_DGRAM | SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC;
        return new Fd(Outcome.check(SocketCalls.socket(family, type, 0), "socket UDP"));
    }

    private static UdpSocket finish(Fd fd, int bits, int port, boolean sharing)
            throws ErrnoException {
        try {
            if (sharing) {
                option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEPORT, 1);
            }
            if (bits == MessageHeaders.V4_BITS) {
                option(fd, MessageHeaders.IPPROTO_IP, MessageHeaders.IP_PKTINFO, 1);
                option(fd, MessageHeaders.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
            } else {
                option(fd, MessageHeaders.IPPROTO_IPV6, IPV6_V6ONLY, 1);
                option(fd, MessageHeaders.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
                option(fd, MessageHeaders.IPPROTO_IPV6, IPV6_MTU_DISCOVER, IP_PMTUDISC_DONT);
            }
            return new UdpSocket(fd, bits, bind(fd, bits, port));
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    private static int bind(Fd fd, int bits, int port) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            boolean v4 = bits == MessageHeaders.V4_BITS;
            MemorySegment address = arena.allocate(v4 ? Structs.sockaddr_in : Structs.sockaddr_in6);
            long portOffset = Structs.offset(Structs.sockaddr_in, "sin_port");
            int family = v4 ? SocketCalls.AF_INET : SocketCalls.AF_INET6;
            address.set(JAVA_SHORT, 0, (short) family);
            address.set(Structs.NET_SHORT, portOffset, (short) port);
            Outcome.check(SocketCalls.bind(fd.number(), address), "bind UDP port", port);
            Outcome.check(SocketCalls.getsockname(fd.number(), address), "getsockname");
            return Short.toUnsignedInt(address.get(Structs.NET_SHORT, portOffset));
        }
    }

    /// What to poll.
    public Fd fd() {
        return fd;
    }

    public int port() {
        return port;
    }

    /// Receives what waits into `batch`, at most its capacity: the number of messages, 0 where none
    /// wait. Never blocks. Errors that the network reports on the socket are not an answer to
    /// anything and are passed over.
    public int receive(ReceiveBatch batch) throws ErrnoException {
        int got = batch.receive(fd.number());
        if (got >= 0) {
            return got;
        }
        return switch (-got) {
            case Errno.EBADF, Errno.ENOTSOCK, Errno.EFAULT, Errno.EINVAL ->
                    throw new ErrnoException("recvmmsg", -got);
            default -> 0;
        };
    }

    /// Sends what remains of `batch`: true when all of it was tried, false where the socket is full
    /// and the caller polls for writing and calls again. Never blocks. A message that the kernel
    /// refuses is skipped and its error kept in the batch; one refused for its source address is
    /// sent without it.
    public boolean send(SendBatch batch) throws ErrnoException {
        int outcome = batch.send(fd.number());
        if (outcome == 0) {
            return true;
        }
        if (outcome == -Errno.EAGAIN) {
            return false;
        }
        throw new ErrnoException("sendmmsg", -outcome);
    }

    /// Asks the kernel to hand over datagrams of one sender joined together, up to 64 KiB.
    ///
    /// @return whether it will
    boolean receiveOffload() {
        int level = MessageHeaders.SOL_UDP;
        return SocketCalls.setsockopt(fd.number(), level, MessageHeaders.UDP_GRO, 1) >= 0;
    }

    /// Whether the kernel knows `UDP_SEGMENT` (Linux 4.18); setting it to 0 changes nothing.
    boolean canSegment() {
        int level = MessageHeaders.SOL_UDP;
        return SocketCalls.setsockopt(fd.number(), level, MessageHeaders.UDP_SEGMENT, 0) >= 0;
    }

    /// Sets the firewall mark of all that is sent (`SO_MARK`); 0 is no mark. Needs CAP_NET_ADMIN.
    public void mark(int mark) throws ErrnoException {
        option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_MARK, mark);
    }

    /// Asks for a receive buffer, beyond the system's limit where CAP_NET_ADMIN allows: the size
    /// got.
    public int receiveBuffer(int bytes) throws ErrnoException {
        return buffer(SocketCalls.SO_RCVBUFFORCE, SocketCalls.SO_RCVBUF, bytes);
    }

    /// As [#receiveBuffer], for sending.
    public int sendBuffer(int bytes) throws ErrnoException {
        return buffer(SocketCalls.SO_SNDBUFFORCE, SocketCalls.SO_SNDBUF, bytes);
    }

    private int buffer(int force, int ask, int bytes) throws ErrnoException {
        int level = SocketCalls.SOL_SOCKET;
        if (SocketCalls.setsockopt(fd.number(), level, force, bytes) < 0) {
            option(fd, level, ask, bytes);
        }
        // The kernel doubles the request for its own bookkeeping: socket(7).
        int doubled = SocketCalls.getsockopt(fd.number(), level, ask);
        return Outcome.check(doubled, "getsockopt SO_RCVBUF/SO_SNDBUF") / 2;
    }

    private static void option(Fd fd, int level, int name, int value) throws ErrnoException {
        Outcome.check(
                SocketCalls.setsockopt(fd.number(), level, name, value),
                "setsockopt",
                level + "/" + name + "=" + value);
    }

    @Override
    public void close() {
        fd.close();
    }
}
