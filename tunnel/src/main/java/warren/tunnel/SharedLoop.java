// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;

/// Both ways in one thread, for machines with so few processors that two threads would take them
/// from each other and from the programs whose packets these are: what a packet that came in calls
/// forth, such as an acknowledgement, goes out without a switch. One load each way in turn.
final class SharedLoop {
    private final TransmitLoop transmit;
    private final ReceiveLoop receive;
    private final Ending ending;
    private final Lane lane;

    SharedLoop(TransmitLoop transmit, ReceiveLoop receive, Ending ending, Lane lane) {
        this.transmit = transmit;
        this.receive = receive;
        this.ending = ending;
        this.lane = lane;
    }

    void run() throws ErrnoException {
        while (!ending.isDue()) {
            try (Arena arena = Arena.ofConfined()) {
                serve(arena);
            }
        }
    }

    /// Serves the device and the sockets that are open now, until they change.
    private void serve(Arena arena) throws ErrnoException {
        lane.wakeReceive().clear();
        Poll poll = new Poll(arena, 4);
        int changed = poll.add(lane.wakeReceive().fd(), Poll.READ);
        poll.add(lane.queue().fd(), Poll.READ);
        int v4 = lane.underlay().addTo(poll, true);
        int v6 = lane.underlay().addTo(poll, false);
        boolean more = false;
        while (!ending.isDue()) {
            poll.await(more ? 0 : -1);
            if (poll.readable(changed)) {
                return;
            }
            boolean in4 = v4 >= 0 && poll.readable(v4) && receive.receive(true);
            boolean in6 = v6 >= 0 && poll.readable(v6) && receive.receive(false);
            boolean out = transmit.forward(); // also what the packets that came in called forth
            more = in4 || in6 || out;
        }
    }
}
