// SPDX-License-Identifier: Apache-2.0
package warren.linux.tun;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import warren.linux.Fd;
import warren.linux.Pieces;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.FileCalls;
import warren.linux.libc.Outcome;
import warren.linux.libc.SocketCalls;

/// A TUN interface that this process made: it exists as long as the descriptor is open.
///
/// The interface may be renamed under us and even deleted: its name is asked from the descriptor
/// each time, and after a deletion every call ends with `EBADFD`. [#read] and [#write] have no
/// state: one loop may read while another writes. MTU and state are asked in the network namespace
/// of the opening thread and fail with `ENODEV` once the interface was moved into another. The
/// owner closes it after the loops have ended.
public sealed class Tun implements AutoCloseable permits TunPipe.PipeTun {
    // <linux/if_tun.h>
    private static final long TUNSETIFF = 0x4004_54caL;
    private static final long TUNGETIFF = 0x8004_54d2L;
    private static final int IFF_TUN = 0x0001;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_TUN_EXCL = 0x8000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final long TUNSETOFFLOAD = 0x4004_54d0L;
    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_TSO_ECN = 0x08;
    private static final int TUN_F_USO4 = 0x20; // Linux 6.2
    private static final int TUN_F_USO6 = 0x40;
    // <linux/sockios.h>
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCGIFINDEX = 0x8933;
    // <linux/if.h>
    private static final int IFF_UP = 1;

    private final Fd fd;
    private final Fd control;
    private final boolean hasHeader;

    Tun(Fd fd, Fd control, boolean hasHeader) {
        this.fd = fd;
        this.control = control;
        this.hasHeader = hasHeader;
    }

    /// Makes a TUN interface in the calling thread's network namespace.
    ///
    /// @param name its name, or a pattern such as `wg%d` for the first free number
    /// @throws ErrnoException `EBUSY` where an interface of that name exists, whoever made it;
    /// `EPERM` without
    ///     CAP_NET_ADMIN
    public static Tun open(String name) throws ErrnoException {
        return open(name, 0);
    }

    /// As [#open], with a [VnetHeader] before every packet where the kernel has it: see
    /// [#hasHeader].
    public static Tun openWithHeader(String name) throws ErrnoException {
        try {
            return open(name, IFF_VNET_HDR);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EINVAL) {
                return open(name);
            }
            throw e;
        }
    }

    private static Tun open(String name, int more) throws ErrnoException {
        InterfaceRequest.checked(name);
        Fd fd = TunDeviceNode.open();
        try {
            create(fd, name, more);
            return new Tun(fd, controlSocket(), more == IFF_VNET_HDR);
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    private static void create(Fd fd, String name, int more) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            var request = new InterfaceRequest(arena, name);
            // Without IFF_TUN_EXCL the kernel would hand us somebody's persistent interface.
            request.flags(IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL | more);
            int result = FileCalls.ioctl(fd.number(), TUNSETIFF, request.memory());
            Outcome.check(result, "ioctl TUNSETIFF", name + hint(-result));
        }
    }

    private static String hint(int errno) {
        return switch (errno) {
            case Errno.EBUSY -> ", an interface of that name exists and is not taken over";
            case Errno.EPERM -> ", which needs CAP_NET_ADMIN";
            default -> "";
        };
    }

    private static Fd controlSocket() throws ErrnoException {
        int type = SocketCalls.SOCK_DGRAM | SocketCalls.SOCK_CLOEXEC;
        return new Fd(
                Outcome.check(
                        SocketCalls.socket(SocketCalls.AF_INET, type, 0), "socket for ioctl"));
    }

    /// What to poll. After the deletion of the interface it reports an error.
    public Fd fd() {
        return fd;
    }

    /// Whether a [VnetHeader] stands before every packet read and written.
    public boolean hasHeader() {
        return hasHeader;
    }

    /// Asks the kernel to hand over TCP segments unsplit, up to 64 KiB, and to leave checksums to
    /// the reader. Needs [#hasHeader].
    ///
    /// @return whether it will
    public boolean offloadTcp() {
        return offload(TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN);
    }

    /// As [#offloadTcp], for TCP and for batches of UDP datagrams, both of which may then also be
    /// written.
    public boolean offloadTcpAndUdp() {
        int tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
        return offload(tcp | TUN_F_USO4 | TUN_F_USO6);
    }

    private boolean offload(int features) {
        return hasHeader && FileCalls.ioctl(fd.number(), TUNSETOFFLOAD, features) >= 0;
    }

    /// The interface's name as it is now.
    public String name() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return request(arena).name();
        }
    }

    public int index() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return asked(arena, SIOCGIFINDEX, "SIOCGIFINDEX").index();
        }
    }

    public int mtu() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return asked(arena, SIOCGIFMTU, "SIOCGIFMTU").mtu();
        }
    }

    /// @throws ErrnoException `EINVAL` for a size that the kernel does not take
    public void mtu(int bytes) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            var request = request(arena);
            request.mtu(bytes);
            ask(request, SIOCSIFMTU, "SIOCSIFMTU " + bytes);
        }
    }

    /// Whether somebody set the interface up.
    public boolean isUp() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return (asked(arena, SIOCGIFFLAGS, "SIOCGIFFLAGS").flags() & IFF_UP) != 0;
        }
    }

    public void setUp(boolean up) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            var request = asked(arena, SIOCGIFFLAGS, "SIOCGIFFLAGS");
            request.flags(up ? request.flags() | IFF_UP : request.flags() & ~IFF_UP);
            ask(request, SIOCSIFFLAGS, up ? "SIOCSIFFLAGS up" : "SIOCSIFFLAGS down");
        }
    }

    /// Reads one IP packet that the host sends: its length, or 0 where none waits. Never blocks,
    /// makes no object.
    ///
    /// @param buffer native memory; a packet (with its header) longer than `length` is cut
    /// @throws ErrnoException `EBADFD` when the interface was deleted
    public int read(MemorySegment buffer, long offset, int length) throws ErrnoException {
        int got = FileCalls.read(fd.number(), buffer, offset, length);
        if (got >= 0) {
            return got;
        }
        return switch (-got) {
            case Errno.EAGAIN, Errno.EIO -> 0; // EIO: the interface is down
            default -> throw new ErrnoException("read TUN", -got);
        };
    }

    /// Hands one IP packet to the host: false where the kernel did not take it, because the
    /// interface is down, the bytes are not IP, or memory is short. Makes no object.
    ///
    /// @throws ErrnoException `EBADFD` when the interface was deleted
    public boolean write(MemorySegment buffer, long offset, int length) throws ErrnoException {
        int put = FileCalls.write(fd.number(), buffer, offset, length);
        if (put >= 0) {
            return true;
        }
        return switch (-put) {
            case Errno.EBADFD, Errno.EBADF, Errno.EFAULT ->
                    throw new ErrnoException("write TUN", -put);
            default -> false;
        };
    }

    /// As [#write], of one packet in pieces, the header among them where this has one.
    public boolean write(Pieces pieces) throws ErrnoException {
        int put = pieces.writeTo(fd);
        if (put >= 0) {
            return true;
        }
        return switch (-put) {
            case Errno.EBADFD, Errno.EBADF, Errno.EFAULT ->
                    throw new ErrnoException("writev TUN", -put);
            default -> false;
        };
    }

    /// Deletes the interface. Idempotent.
    @Override
    public void close() {
        fd.close();
        control.close();
    }

    private InterfaceRequest asked(Arena arena, long operation, String what) throws ErrnoException {
        var request = request(arena);
        ask(request, operation, what);
        return request;
    }

    private void ask(InterfaceRequest request, long operation, String what) throws ErrnoException {
        String name = request.name();
        Outcome.check(
                FileCalls.ioctl(control.number(), operation, request.memory()),
                "ioctl " + what,
                name);
    }

    /// A request with the current name and nothing else.
    private InterfaceRequest request(Arena arena) throws ErrnoException {
        var named = new InterfaceRequest(arena, "?");
        Outcome.check(FileCalls.ioctl(fd.number(), TUNGETIFF, named.memory()), "ioctl TUNGETIFF");
        return new InterfaceRequest(arena, named.name());
    }
}
