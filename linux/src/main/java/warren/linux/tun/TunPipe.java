// SPDX-License-Identifier: Apache-2.0
package warren.linux.tun;

import java.lang.foreign.MemorySegment;
import warren.linux.Fd;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.FileCalls;
import warren.linux.libc.Outcome;
import warren.linux.libc.SocketCalls;

/// A device without an interface: what is written to it arrives at this object, and what this
/// object gives is read from it. For a run of the packet loops that has no right to make an
/// interface. Every packet has a [VnetHeader]. Thread-safe: no state.
public final class TunPipe implements AutoCloseable {
    /// The loopback interface's, of which nothing is ever asked here.
    private static final int INDEX = 1;

    private final Fd fd;
    private final Tun tun;

    private TunPipe(Fd fd, Tun tun) {
        this.fd = fd;
        this.tun = tun;
    }

    /// @param name that the device says it has
    public static TunPipe open(String name) throws ErrnoException {
        int[] pair = new int[2];
        int type = SocketCalls.SOCK_DGRAM | SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC;
        Outcome.check(SocketCalls.socketpair(type, pair), "socketpair");
        return new TunPipe(new Fd(pair[0]), new PipeTun(name, new Fd(pair[1])));
    }

    /// The device, which its user closes.
    public Tun tun() {
        return tun;
    }

    /// Takes what was written to the device: its length with the header, or 0 where nothing waits.
    public int take(MemorySegment buffer) {
        return Math.max(0, FileCalls.read(fd.number(), buffer, 0, (int) buffer.byteSize()));
    }

    /// Gives a packet with its header to the device's reader.
    ///
    /// @return false where it has too many already
    public boolean give(MemorySegment buffer, int length) {
        return FileCalls.write(fd.number(), buffer, 0, length) == length;
    }

    @Override
    public void close() {
        fd.close();
    }

    /// Answers by itself what the kernel says of an interface.
    static final class PipeTun extends Tun {
        private final String name;
        private volatile int mtu;

        private PipeTun(String name, Fd fd) {
            super(fd, fd, true);
            this.name = name;
        }

        @Override
        public boolean offloadTcp() {
            return true;
        }

        @Override
        public boolean offloadTcpAndUdp() {
            return true;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int index() {
            return INDEX;
        }

        @Override
        public int mtu() {
            return mtu;
        }

        @Override
        public void mtu(int bytes) {
            mtu = bytes;
        }

        @Override
        public boolean isUp() {
            return true;
        }

        @Override
        public void setUp(boolean up) {
            throw new UnsupportedOperationException("always up");
        }
    }
}
