// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.List;
import warren.linux.errno.ErrnoException;
import warren.linux.udp.UdpPort;

/// The device's UDP port: the sockets of all lanes, which have the same number. Changed by one
/// thread at a time.
final class ListenPort {
    /// An upper bound of what a socket buffers in a burst; the kernel grants what it can.
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private final List<Underlay> underlays;

    /// @param underlays one for each lane
    ListenPort(List<Underlay> underlays) {
        this.underlays = underlays;
    }

    /// Opens a port in place of the one there was.
    ///
    /// @param number 0 lets the kernel choose
    /// @param mark of all that is sent
    /// @throws ErrnoException where it cannot be had; the one there was stays then
    void open(int number, int mark) throws ErrnoException {
        List<UdpPort> opened = UdpPort.openGroup(number, underlays.size());
        try {
            for (UdpPort port : opened) {
                port.mark(mark);
                grow(port);
            }
        } catch (ErrnoException e) {
            opened.forEach(UdpPort::close);
            throw e;
        }
        for (int i = 0; i < opened.size(); i++) {
            underlays.get(i).change(opened.get(i));
        }
    }

    private static void grow(UdpPort opened) throws ErrnoException {
        var _ = opened.v4().receiveBuffer(SOCKET_BUFFER_BYTES);
        var _ = opened.v4().sendBuffer(SOCKET_BUFFER_BYTES);
        if (opened.v6().isPresent()) {
            var _ = opened.v6().get().receiveBuffer(SOCKET_BUFFER_BYTES);
            var _ = opened.v6().get().sendBuffer(SOCKET_BUFFER_BYTES);
        }
    }

    /// The bound number; 0 where none is bound.
    int number() {
        return underlays.getFirst().portNumber();
    }

    void mark(int mark) throws ErrnoException {
        for (Underlay underlay : underlays) {
            underlay.mark(mark);
        }
    }

    void close() {
        underlays.forEach(Underlay::close);
    }
}
