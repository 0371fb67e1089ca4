// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;

/// One UDP port number on IPv4 and, where the host has it, on IPv6. Immutable but for the sockets'
/// life.
public final class UdpPort implements AutoCloseable {
    /// How often to let the kernel choose another IPv4 port when IPv6 has it taken. Taken ports are
    /// rare: a second try nearly always succeeds.
    private static final int ATTEMPTS = 100;

    private final UdpSocket v4;
    private final @Nullable UdpSocket v6;

    private UdpPort(UdpSocket v4, @Nullable UdpSocket v6) {
        this.v4 = v4;
        this.v6 = v6;
    }

    /// Binds `port` in the calling thread's network namespace.
    ///
    /// @param port 0 chooses a port that both families have free
    public static UdpPort open(int port) throws ErrnoException {
        for (int attempt = 1; ; attempt++) {
            UdpSocket v4 = UdpSocket.openV4(port);
            try {
                return new UdpPort(v4, openV6IfSupported(v4.port()));
            } catch (ErrnoException e) {
                v4.close();
                boolean taken = e.errno() == Errno.EADDRINUSE;
                if (port != 0 || !taken || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /// As [#open], several times the same port: see [#openAnother].
    ///
    /// @return `count` of them, which the caller closes one by one
    public static List<UdpPort> openGroup(int port, int count) throws ErrnoException {
        List<UdpPort> group = new ArrayList<>(List.of(open(port)));
        try {
            while (group.size() < count) {
                group.add(group.getFirst().openAnother());
            }
            return List.copyOf(group);
        } catch (ErrnoException e) {
            group.forEach(UdpPort::close);
            throw e;
        }
    }

    /// Opens the same port once more. The kernel shares out datagrams among all that have it, by
    /// addresses and ports: those of one sender always reach the same one, as long as none is
    /// added. Other processes of this user could join, if they ask for that (`SO_REUSEPORT`); all
    /// others are refused the port.
    private UdpPort openAnother() throws ErrnoException {
        UdpSocket another = v4.openAnother();
        try {
            return new UdpPort(another, v6 == null ? null : v6.openAnother());
        } catch (ErrnoException e) {
            another.close();
            throw e;
        }
    }

    private static @Nullable UdpSocket openV6IfSupported(int port) throws ErrnoException {
        try {
            return UdpSocket.openV6(port);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EAFNOSUPPORT) {
                return null;
            }
            throw e;
        }
    }

    public int port() {
        return v4.port();
    }

    public UdpSocket v4() {
        return v4;
    }

    /// Empty where the kernel runs without IPv6.
    public Optional<UdpSocket> v6() {
        return Optional.ofNullable(v6);
    }

    /// [UdpSocket#mark] on both.
    public void mark(int mark) throws ErrnoException {
        v4.mark(mark);
        if (v6 != null) {
            v6.mark(mark);
        }
    }

    /// Asks the kernel to hand over datagrams of one sender joined together (`UDP_GRO`), which
    /// needs slots of 64 KiB in the [ReceiveBatch].
    ///
    /// @return whether it will, on every socket of this port
    public boolean receiveOffload() {
        return v4.receiveOffload() && (v6 == null || v6.receiveOffload());
    }

    /// Whether [SendBatch#segment] is known to the kernel.
    public boolean canSegment() {
        return v4.canSegment();
    }

    @Override
    public void close() {
        v4.close();
        if (v6 != null) {
            v6.close();
        }
    }
}
