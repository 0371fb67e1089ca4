// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/// The last datagrams of a simulation, to be shown as a Mermaid sequence diagram when a run fails.
final class SimTrace {
    private record Step(long atNanos, SimNode from, SimNode to, String what) {}

    private static final int KEPT = 20_000;
    private static final long AROUND_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final ArrayDeque<Step> steps = new ArrayDeque<>();

    void add(long atNanos, SimNode from, SimNode to, String what) {
        if (steps.size() == KEPT) {
            steps.remove();
        }
        steps.add(new Step(atNanos, from, to, what));
    }

    /// What two nodes sent each other within three seconds of a moment.
    String around(long atNanos, SimNode one, SimNode other) {
        StringBuilder text = new StringBuilder("\nsequenceDiagram\n");
        for (Step step : steps) {
            boolean near = Math.abs(step.atNanos - atNanos) <= AROUND_NANOS;
            boolean theirs =
                    (step.from == one && step.to == other)
                            || (step.from == other && step.to == one);
            if (near && theirs) {
                text.append("  N").append(step.from.number).append("->>N").append(step.to.number);
                text.append(": ").append(step.atNanos / 1e9).append(" s, ").append(step.what);
                text.append('\n');
            }
        }
        return text.toString();
    }
}
