// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.concurrent.atomic.LongAdder;

/// How often each [Drop] happened since the device was made. Thread-safe; counting neither blocks
/// nor, in the steady state, allocates.
public final class Drops {
    private final LongAdder[] counters = new LongAdder[Drop.values().length];

    Drops() {
        for (int i = 0; i < counters.length; i++) {
            counters[i] = new LongAdder();
        }
    }

    public long count(Drop reason) {
        return counters[reason.ordinal()].sum();
    }

    void add(Drop reason) {
        counters[reason.ordinal()].increment();
    }

    void add(Drop reason, int packets) {
        counters[reason.ordinal()].add(packets);
    }
}
