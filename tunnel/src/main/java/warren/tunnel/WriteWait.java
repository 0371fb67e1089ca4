// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import warren.linux.Fd;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;

/// Waits until a full socket takes more. Allocates, and may: it happens only where the network
/// card is slower than we are, and then waiting costs more.
final class WriteWait {
    /// A queue that does not move for this long is stuck; what waits is dropped, as a full queue
    /// in the kernel would.
    private static final int MILLIS = 100;

    /// @return whether the socket can be written to
    boolean until(Fd fd) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Poll poll = new Poll(arena, 1);
            int slot = poll.add(fd, Poll.WRITE);
            return poll.await(MILLIS) > 0 && poll.writable(slot);
        }
    }
}
