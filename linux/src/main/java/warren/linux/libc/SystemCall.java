// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import warren.linux.errno.Errno;

/// A function of the C library that reports through `errno`: answers are results or `-errno`.
/// Called as [CFunction] says. Makes no object once compiled. Immutable; a record because the JVM
/// takes the fields of constant records for constants.
record SystemCall(MemorySegment address) {
    private static final MethodHandle HANDLE =
            Native.link(CFunction.SHAPE, Linker.Option.captureCallState("errno"));

    static SystemCall of(String name) {
        return new SystemCall(Native.libc(name));
    }

    /// The call, made again until no signal interrupts it.
    int repeat(long a, long b) {
        return repeat(a, b, 0);
    }

    int repeat(long a, long b, long c) {
        return repeat(a, b, c, 0);
    }

    int repeat(long a, long b, long c, long d) {
        return repeat(a, b, c, d, 0, 0);
    }

    int repeat(long a, long b, long c, long d, long e, long f) {
        int result;
        do {
            result = once(a, b, c, d, e, f);
        } while (result == -Errno.EINTR);
        return result;
    }

    /// The call once, whatever happens.
    int once() {
        return once(0);
    }

    int once(long a) {
        return once(a, 0);
    }

    int once(long a, long b) {
        return once(a, b, 0);
    }

    int once(long a, long b, long c) {
        return once(a, b, c, 0, 0, 0);
    }

    int once(long a, long b, long c, long d, long e, long f) {
        MemorySegment state = CallState.current();
        try {
            int result = (int) (long) HANDLE.invokeExact(address, state, a, b, c, d, e, f);
            return result < 0 ? -CallState.errno(state) : result;
        } catch (Throwable t) {
            throw Native.broken(t);
        }
    }
}
