// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// How often each [Drop] happened since the device was made. Thread-safe; counting neither blocks
/// nor, in the steady state, allocates.
public final class Drops {
    /// Holds every reason, so it is never changed once made.
    private final Map<Drop, LongAdder> counters = new EnumMap<>(Drop.class);

    Drops() {
        for (Drop reason : Drop.values()) {
            counters.put(reason, new LongAdder());
        }
    }

    public long count(Drop reason) {
        return counter(reason).sum();
    }

    void add(Drop reason) {
        counter(reason).increment();
    }

    void add(Drop reason, int packets) {
        counter(reason).add(packets);
    }

    private LongAdder counter(Drop reason) {
        LongAdder counter = counters.get(reason);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + reason);
        }
        return counter;
    }
}
