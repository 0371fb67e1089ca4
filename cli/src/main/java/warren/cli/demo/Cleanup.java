// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// What has to be undone, newest first. Confined to the demo's thread.
final class Cleanup {
    /// Undoes one thing.
    interface Step {
        void run() throws IOException, InterruptedException;
    }

    private final Deque<Step> steps = new ArrayDeque<>();

    /// To be called before the thing is made, so that half a thing is undone too.
    void later(Step step) {
        steps.push(step);
    }

    /// Undoes everything, whatever fails on the way; returns what could not be undone.
    List<String> run() {
        List<String> problems = new ArrayList<>();
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (IOException | RuntimeException e) {
                problems.add(String.valueOf(e.getMessage()));
            } catch (InterruptedException _) {
                // A second Ctrl-C: still undo the rest.
                problems.add("interrupted while cleaning up");
            }
        }
        return problems;
    }
}
