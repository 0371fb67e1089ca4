// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// Where the linker saves `errno` after a call: one segment per thread, because two threads that
/// share one read each other's errors. Its memory goes with the thread.
///
/// The linker takes a slice of the segment in every call: 40 bytes of garbage that the optimising
/// compiler (C2) removes and the quick one (C1) does not. A process with a packet loop therefore
/// needs C2.
final class CallState {
    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO = LAYOUT.byteOffset(PathElement.groupElement("errno"));

    // A thread has no end that could close an arena, so the collector frees the segment after it.
    private static final ThreadLocal<MemorySegment> CURRENT =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LAYOUT));

    private CallState() {}

    static MemorySegment current() {
        return CURRENT.get();
    }

    static int errno(MemorySegment state) {
        return state.get(JAVA_INT, ERRNO);
    }
}
