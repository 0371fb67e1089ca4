// SPDX-License-Identifier: Apache-2.0
package warren.linux.tun;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import warren.linux.Fd;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.FileCalls;
import warren.linux.libc.Outcome;
import warren.linux.libc.SocketCalls;

/// A TUN interface that this process made: it exists as long as a descriptor of it is open. Itself
/// the first of its queues, and mostly the only one.
///
/// The interface may be renamed under us and even deleted: its name is asked from the descriptor
/// each time, and after a deletion every call ends with `EBADFD`. MTU and state are asked in the
/// network namespace of the opening thread and fail with `ENODEV` once the interface was moved into
/// another. The owner closes it after the loops have ended.
public sealed class Tun extends TunQueue permits TunPipe.PipeTun {
    // <linux/if_tun.h>
    private static final long TUNSETIFF = 0x4004_54caL;
    private static final long TUNGETIFF = 0x8004_54d2L;
    private static final int IFF_TUN = 0x0001;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_TUN_EXCL = 0x8000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final int IFF_MULTI_QUEUE = 0x0100; // Linux 3.8
    private static final int IFF_DETACH_QUEUE = 0x0400;
    private static final long TUNSETQUEUE = 0x4004_54d9L;
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

    private final Fd control;
    private final List<TunQueue> queues;

    Tun(Fd fd, Fd control, boolean hasHeader) {
        this(fd, fd, control, hasHeader, List.of());
    }

    /// @param more queues beside this one
    private Tun(Fd fd, Fd writing, Fd control, boolean hasHeader, List<TunQueue> more) {
        super(fd, writing, hasHeader);
        this.control = control;
        List<TunQueue> all = new ArrayList<>(List.of(this));
        all.addAll(more);
        this.queues = List.copyOf(all);
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

    /// As [#open] or, with `header`, [#openWithHeader], with several queues, each of which may have
    /// a reader and a writer of its own.
    ///
    /// Every packet of a flow goes to the same queue, by a hash of its addresses and ports that is
    /// equal for both directions. The kernel alone would have a flow follow the queue to which its
    /// answers are written, so that everything of one peer ended in one queue, and was reordered
    /// on its way there. It leaves flows alone for what comes in by a detached queue: hence each
    /// queue here has a second descriptor, detached, to write to.
    ///
    /// @throws ErrnoException also `EINVAL` where the kernel has one queue an interface
    public static Tun openQueues(String name, boolean header, int count) throws ErrnoException {
        InterfaceRequest.checked(name);
        int flags = IFF_MULTI_QUEUE | (header ? IFF_VNET_HDR : 0);
        List<Fd> opened = new ArrayList<>();
        try {
            String made = attach(opened, name, flags | IFF_TUN_EXCL);
            attachReader(opened, made, flags);
            List<TunQueue> more = new ArrayList<>();
            for (int i = 1; i < count; i++) {
                attach(opened, made, flags);
                attachReader(opened, made, flags);
                more.add(new TunQueue(opened.getLast(), opened.get(2 * i), header));
            }
            return new Tun(opened.get(1), opened.getFirst(), controlSocket(), header, more);
        } catch (ErrnoException e) {
            opened.forEach(Fd::close);
            throw e;
        }
    }

    /// Attaches a queue to read from and detaches the last one, which is to be written to. In this
    /// order the number that stays with a detached queue is one that the interface has.
    private static void attachReader(List<Fd> opened, String name, int flags)
            throws ErrnoException {
        Fd writing = opened.getLast();
        attach(opened, name, flags);
        try (Arena arena = Arena.ofConfined()) {
            var request = new InterfaceRequest(arena, name);
            request.flags(IFF_DETACH_QUEUE);
            int result = FileCalls.ioctl(writing.number(), TUNSETQUEUE, request.memory());
            Outcome.check(result, "ioctl TUNSETQUEUE", name);
        }
    }

    private static String attach(List<Fd> opened, String name, int flags) throws ErrnoException {
        Fd fd = TunDeviceNode.open();
        opened.add(fd);
        return attach(fd, name, flags);
    }

    private static Tun open(String name, int more) throws ErrnoException {
        InterfaceRequest.checked(name);
        Fd fd = TunDeviceNode.open();
        try {
            // Without IFF_TUN_EXCL the kernel would hand us somebody's persistent interface.
            attach(fd, name, IFF_TUN_EXCL | more);
            return new Tun(fd, controlSocket(), more == IFF_VNET_HDR);
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    /// @return the name, as the kernel completed it
    private static String attach(Fd fd, String name, int more) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            var request = new InterfaceRequest(arena, name);
            request.flags(IFF_TUN | IFF_NO_PI | more);
            int result = FileCalls.ioctl(fd.number(), TUNSETIFF, request.memory());
            Outcome.check(result, "ioctl TUNSETIFF", name + hint(-result));
            return request.name();
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

    /// All queues, this one first.
    public List<TunQueue> queues() {
        return queues;
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
        return hasHeader() && FileCalls.ioctl(fd().number(), TUNSETOFFLOAD, features) >= 0;
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

    /// Deletes the interface. Idempotent.
    @Override
    public void close() {
        super.close();
        queues.stream().filter(queue -> queue != this).forEach(TunQueue::close);
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
        Outcome.check(FileCalls.ioctl(fd().number(), TUNGETIFF, named.memory()), "ioctl TUNGETIFF");
        return new InterfaceRequest(arena, named.name());
    }
}
