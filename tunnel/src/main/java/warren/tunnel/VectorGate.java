// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;

/// Says whether runs of packets go to the vector code, which is fast only once the JVM's second
/// compiler has done it and allocates hundreds of kilobytes a packet wherever it has not. Shut at
/// first; [VectorWarmup] opens it, [VectorWatch] shuts it. Thread-safe.
final class VectorGate {
    private static final System.Logger LOG = System.getLogger(VectorGate.class.getName());

    /// Runs of so many packets and more that would have gone through, from which compiling is worth
    /// its cost: a transfer of some megabytes.
    private static final int WANTED_RUNS = 1000;

    private static final int WANTED_PACKETS = 4;

    private final Semaphore wanted = new Semaphore(0);

    private volatile boolean open;
    private volatile VectorCost usual = VectorCost.UNKNOWN;

    /// Counted without a lock: a lost count delays the warm-up and nothing else.
    private int turnedAway;

    private final boolean lasting;

    VectorGate() {
        this(false);
    }

    private VectorGate(boolean lasting) {
        this.lasting = lasting;
        this.open = lasting;
    }

    /// Open, and never shut: for the warm-up, which is to endure what the watch is to prevent.
    static VectorGate alwaysOpen() {
        return new VectorGate(true);
    }

    boolean isOpen() {
        return open;
    }

    /// What the backend that works while the gate is shut costs.
    VectorCost usual() {
        return usual;
    }

    /// Whether a run of so many packets goes to the vector code.
    boolean admits(int packets) {
        if (!open && packets >= WANTED_PACKETS && ++turnedAway == WANTED_RUNS) {
            wanted.release();
        }
        return open;
    }

    /// Waits until there is traffic that wants the vector code.
    void awaitWanted() throws InterruptedException {
        wanted.acquire();
    }

    /// @param usual what to compare with from now on
    void open(VectorCost usual) {
        this.usual = usual;
        wanted.drainPermits();
        open = true;
    }

    /// @param why a fixed sentence
    /// @param figure what was measured
    void shut(String why, long figure) {
        if (lasting || !open) {
            return;
        }
        open = false;
        turnedAway = 0;
        LOG.log(Level.WARNING, "Encryption falls back: why={0} figure={1}", why, figure);
    }
}
