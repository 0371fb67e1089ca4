// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import warren.control.SecretStatus;

/// Watches a new secret reach the nodes. Whoever stops watching stops nothing: the nodes carry on.
final class SecretProgress {
    static final Option TIMEOUT =
            Option.valued(
                    "--timeout", "SECONDS", "how long to wait for all nodes (default: 60; 0: not)");

    private static final int TIMEOUT_SECONDS = 60;
    private static final int TIMEOUT_MAX = 86_400;
    private static final long LOOK_MILLIS = 250;

    private final Console console;
    private final boolean quiet;
    private int shown = -1;

    /// @param quiet whether to say nothing on the way
    SecretProgress(Console console, boolean quiet) {
        this.console = console;
        this.quiet = quiet;
    }

    static int seconds(Words words) throws UsageException {
        return words.number(TIMEOUT, TIMEOUT_SECONDS, 0, TIMEOUT_MAX);
    }

    /// Waits until every node that is alive has the newest secret, or the time is over.
    SecretStatus await(int seconds) throws IOException {
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            SecretStatus status = console.client().secret();
            show(status);
            if (status.isDone() || endNanos - System.nanoTime() <= 0) {
                return status;
            }
            pause();
        }
    }

    /// The names of those that could not be told.
    static String names(List<SecretStatus.Waiting> nodes) {
        return String.join(", ", nodes.stream().map(SecretStatus.Waiting::name).toList());
    }

    private void show(SecretStatus status) {
        if (!quiet && status.ready() != shown) {
            shown = status.ready();
            console.err()
                    .println(
                            "epoch "
                                    + status.epoch()
                                    + ": "
                                    + status.ready()
                                    + " of "
                                    + status.alive()
                                    + " nodes have it");
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted; the nodes carry on by themselves", e);
        }
    }
}
