// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/// The last datagrams of a simulation, to be shown as a Mermaid sequence diagram when a run fails.
final class SimTrace {
    private record Step(long atNanos, SimNode from, SimNode to, ByteBuffer message) {}

    private static final int KEPT = 20_000;
    private static final long AROUND_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final ArrayDeque<Step> steps = new ArrayDeque<>();

    void add(long atNanos, SimNode from, SimNode to, ByteBuffer message) {
        if (steps.size() == KEPT) {
            steps.remove();
        }
        steps.add(new Step(atNanos, from, to, message));
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
                text.append(": ")
                        .append(step.atNanos / 1e9)
                        .append(" s, ")
                        .append(describe(step.message));
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static String describe(ByteBuffer message) {
        int first = message.getInt(4);
        return switch (message.getInt(0)) {
            case MessageLayout.TYPE_INITIATION -> "initiation of " + first;
            case MessageLayout.TYPE_RESPONSE -> "response of " + first + " to " + message.getInt(8);
            case MessageLayout.TYPE_COOKIE_REPLY -> "cookie to " + first;
            default -> "data to " + first + ", " + message.capacity() + " bytes";
        };
    }
}
