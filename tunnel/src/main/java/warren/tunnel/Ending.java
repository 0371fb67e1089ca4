// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.concurrent.CompletableFuture;

/// Why a device ends. The first reason given counts; the thread that runs the device waits for it
/// and then takes everything down. Thread-safe.
final class Ending {
    enum Reason {
        SOCKET_REMOVED("its socket was removed"),
        INTERFACE_DELETED("its interface was deleted"),
        STOPPED("it was told to stop"),
        /// A loop died of a bug or of an answer of the kernel that nobody expected.
        FAILED("a packet loop failed");

        final String text;

        Reason(String text) {
            this.text = text;
        }
    }

    private final CompletableFuture<Reason> reason = new CompletableFuture<>();

    void because(Reason why) {
        reason.complete(why);
    }

    boolean isDue() {
        return reason.isDone();
    }

    Reason await() {
        return reason.join();
    }
}
