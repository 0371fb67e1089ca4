// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A device that remembers what it was told and says what a test wants. Thread-safe enough for a
/// test that awaits each answer.
final class RecordingTarget implements UapiTarget {
    final List<UapiLine> applied = Collections.synchronizedList(new ArrayList<>());
    volatile DeviceState state = new DeviceState(null, 0, 0, List.of());
    volatile int errno;

    @Override
    public DeviceState state() {
        return state;
    }

    @Override
    public int apply(List<UapiLine> lines) {
        applied.addAll(lines);
        return errno;
    }
}
