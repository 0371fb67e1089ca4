// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.ArrayList;
import java.util.List;
import warren.linux.EventFd;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.Tun;
import warren.linux.tun.TunQueue;

/// What one transmit loop and one receive loop have to themselves: a queue of the interface and a
/// socket of the port. A device has one lane or, see [Queues], several.
///
/// The kernel keeps the packets of a flow in one queue and the datagrams of a sender at one socket,
/// so each lane keeps the order, and no lane waits for another. Immutable.
///
/// @param number from 0; packets are sealed in the session's lane of this number
/// @param queue of packets from the host, and to it
/// @param underlay its socket
/// @param wakeTransmit signalled when the ending is due
/// @param wakeReceive signalled when the socket changed and when the ending is due
record Lane(
        int number, TunQueue queue, Underlay underlay, EventFd wakeTransmit, EventFd wakeReceive)
        implements AutoCloseable {
    /// A lane for each queue of `tun`, with no socket yet.
    ///
    /// @param joining whether the kernel is to join received datagrams
    static List<Lane> of(Tun tun, boolean joining) throws ErrnoException {
        List<Lane> lanes = new ArrayList<>();
        for (TunQueue queue : tun.queues()) {
            EventFd wakeReceive = EventFd.open();
            lanes.add(
                    new Lane(
                            lanes.size(),
                            queue,
                            new Underlay(wakeReceive, joining),
                            EventFd.open(),
                            wakeReceive));
        }
        return List.copyOf(lanes);
    }

    /// Wakes both loops, so that they see that the ending is due.
    void wake() {
        wakeTransmit.signal();
        wakeReceive.signal();
    }

    /// Once the loops have ended. The queue stays open: it is the interface's.
    @Override
    public void close() {
        underlay.close();
        wakeTransmit.close();
        wakeReceive.close();
    }
}
