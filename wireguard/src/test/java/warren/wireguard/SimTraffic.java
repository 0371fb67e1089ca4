// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.concurrent.TimeUnit;

/// Everybody sends to everybody, about once a second each, until paused.
final class SimTraffic {
    private static final long MEAN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SimNetwork network;
    private boolean paused;

    SimTraffic(SimNetwork network) {
        this.network = network;
        for (SimNode from : network.nodes) {
            for (SimNode to : network.nodes) {
                if (from != to) {
                    next(from, to);
                }
            }
        }
    }

    void stop() {
        paused = true;
    }

    void resume() {
        paused = false;
    }

    private void next(SimNode from, SimNode to) {
        long delay = network.random.nextLong(2 * MEAN_NANOS);
        network.after(
                delay,
                () -> {
                    if (!paused) {
                        network.witness.send(from, to);
                    }
                    next(from, to);
                });
    }
}
