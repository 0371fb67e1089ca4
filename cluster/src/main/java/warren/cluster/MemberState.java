// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import org.jspecify.annotations.Nullable;

/// How this node sees another. The codes are protocol: append only.
public enum MemberState {
    ALIVE(1),
    /// It did not answer lately, or nobody has heard of it yet since this agent started.
    SUSPECT(2),
    /// Nobody could reach it for the whole suspicion; it is still probed, slowly, for ever.
    DEAD(3),
    /// It said that it leaves the cluster.
    LEFT(4);

    private final int code;

    MemberState(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /// Null where this version knows no such state.
    static @Nullable MemberState of(int code) {
        return switch (code) {
            case 1 -> ALIVE;
            case 2 -> SUSPECT;
            case 3 -> DEAD;
            case 4 -> LEFT;
            default -> null;
        };
    }
}
