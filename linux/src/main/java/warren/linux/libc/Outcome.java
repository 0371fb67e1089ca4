// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import java.lang.foreign.MemorySegment;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;

/// What a system call answered, and the policy for a call that a signal interrupted. No state.
public final class Outcome {
    private Outcome() {}

    /// A call through a method handle that takes the call state first.
    @FunctionalInterface
    interface IntCall {
        int invoke(MemorySegment state) throws Throwable;
    }

    @FunctionalInterface
    interface LongCall {
        long invoke(MemorySegment state) throws Throwable;
    }

    /// Makes the call until no signal interrupts it. The lambda costs an object: the calls of the
    /// packet path spell this loop out instead.
    static int repeat(IntCall call) {
        return (int) repeatLong(call::invoke);
    }

    static long repeatLong(LongCall call) {
        MemorySegment state = CallState.current();
        try {
            long result;
            do {
                result = of(call.invoke(state), state);
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Native.broken(t);
        }
    }

    /// The call once, whatever happens.
    static int once(IntCall call) {
        MemorySegment state = CallState.current();
        try {
            return (int) of(call.invoke(state), state);
        } catch (Throwable t) {
            throw Native.broken(t);
        }
    }

    /// Turns the C library's -1 into `-errno`.
    static long of(long result, MemorySegment state) {
        return result < 0 ? -CallState.errno(state) : result;
    }

    /// Returns a good result and throws a bad one, saying which `operation` failed.
    public static int check(int result, String operation) throws ErrnoException {
        if (result < 0) {
            throw new ErrnoException(operation, -result);
        }
        return result;
    }

    /// As [#check(int, String)], naming the object too: `ioctl TUNSETIFF wg0`.
    public static int check(int result, String operation, Object object) throws ErrnoException {
        if (result < 0) {
            throw new ErrnoException(operation + " " + object, -result);
        }
        return result;
    }
}
