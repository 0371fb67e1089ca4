// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import warren.linux.libc.Structs;

/// The control messages that say how long the datagrams of one message are: `UDP_SEGMENT` with a
/// 16-bit number on the way out, `UDP_GRO` with an `int` on the way in (`udp(7)`). No state.
final class Segmentation {
    private static final long LENGTH = Structs.offset(Structs.cmsghdr, "cmsg_len");
    private static final long LEVEL = Structs.offset(Structs.cmsghdr, "cmsg_level");
    private static final long TYPE = Structs.offset(Structs.cmsghdr, "cmsg_type");
    private static final long DATA = Structs.cmsghdr.byteSize();

    private Segmentation() {}

    /// Writes the segment size at `at`; the answer is the space it takes.
    static long write(MemorySegment controls, long at, int size) {
        controls.set(JAVA_LONG, at + LENGTH, Structs.cmsgLen(Short.BYTES));
        controls.set(JAVA_INT, at + LEVEL, MessageHeaders.SOL_UDP);
        controls.set(JAVA_INT, at + TYPE, MessageHeaders.UDP_SEGMENT);
        controls.set(JAVA_SHORT, at + DATA, (short) size);
        return Structs.cmsgSpace(Short.BYTES);
    }

    /// The segment size among the control messages in `[from, from + length)`; 0 where none is.
    static int find(MemorySegment controls, long from, long length) {
        long end = from + length;
        for (long at = from; at + DATA <= end; ) {
            long size = controls.get(JAVA_LONG, at + LENGTH);
            if (size < DATA || size > end - at) {
                return 0;
            }
            if (controls.get(JAVA_INT, at + LEVEL) == MessageHeaders.SOL_UDP
                    && controls.get(JAVA_INT, at + TYPE) == MessageHeaders.UDP_GRO
                    && size >= Structs.cmsgLen(Integer.BYTES)) {
                return Math.max(0, controls.get(JAVA_INT, at + DATA));
            }
            at += Structs.cmsgSpace(size - DATA);
        }
        return 0;
    }
}
