// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import org.jspecify.annotations.Nullable;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.Tun;

/// How many queues a device has: so many threads each way. No state.
///
/// Half the processors encrypt, the other half is for the host: its stacks, its containers, and the
/// opposite direction. Where there are few, one thread each way with large batches is the better
/// use of them, and where there are two or one, a thread for both, see [SharedLoop].
final class Queues {
    private static final System.Logger LOG = System.getLogger(Queues.class.getName());

    /// Developer knob, unstable: how many queues, or `shared` for one with one thread.
    static final String VARIABLE = "WARREN_QUEUES";

    private static final String SHARED = "shared";

    /// More processors than this have a thread for each way.
    private static final int SHARED_PROCESSORS_MAX = 2;

    /// Fewer processors than this have one queue.
    private static final int PROCESSORS_MIN = 4;

    /// Beyond this the memory of more queues buys little: a peer's way in has one anyway.
    private static final int USUAL_MAX = 8;

    private static final int MAX = 32;

    private Queues() {}

    /// @param wish the value of [#VARIABLE]; null for none
    /// @param processors that the host lets us use
    /// @throws IllegalArgumentException for a wish that is neither `shared` nor from 1 to 32
    static int wanted(@Nullable String wish, int processors) {
        if (wish == null) {
            return processors < PROCESSORS_MIN ? 1 : Math.min(USUAL_MAX, processors / 2);
        }
        if (wish.equals(SHARED)) {
            return 1;
        }
        if (!wish.matches("[1-9][0-9]?") || Integer.parseInt(wish) > MAX) {
            throw new IllegalArgumentException(
                    VARIABLE + "=" + wish + ": not " + SHARED + " or a number from 1 to " + MAX);
        }
        return Integer.parseInt(wish);
    }

    /// Whether one thread is to serve both ways.
    static boolean areShared(@Nullable String wish, int processors) {
        return wish == null ? processors <= SHARED_PROCESSORS_MAX : wish.equals(SHARED);
    }

    /// Makes the interface with as many queues as are wanted or, where the kernel does not give it
    /// so many, with one.
    static Tun open(String name, Offloads offloads, int queues) throws ErrnoException {
        if (queues == 1) {
            return offloads.open(name);
        }
        try {
            return Tun.openQueues(name, offloads.needHeader(), queues);
        } catch (ErrnoException e) {
            Tun one = offloads.open(name); // where nothing can be had, it says why
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Several queues were given up: wanted={0} reason={1}",
                    Integer.toString(queues),
                    e.getMessage());
            return one;
        }
    }
}
