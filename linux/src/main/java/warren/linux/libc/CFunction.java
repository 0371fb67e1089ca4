// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A C function that takes up to six integers or pointers and answers one, or nothing.
///
/// Whatever its prototype says, it is called with six `long`s. In the calling conventions of Linux
/// on 64 bits these travel in registers of their own: a function looks at those it has and no
/// further, and at the low half of what it calls an `int`, which is sign-extended as some of them
/// demand; variadic functions are no exception. A `long` that comes back from an `int` function has
/// anything in its high half: cast it. For a prototype of its own each function would cost the
/// start a class made at run time and a dozen method handles, half a second for all.
///
/// Immutable; a record because the JVM takes the fields of constant records for constants.
public record CFunction(MemorySegment address) {
    static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final MethodHandle HANDLE = Native.link(SHAPE);

    static CFunction of(String name) {
        return new CFunction(Native.libc(name));
    }

    public long call() {
        return call(0);
    }

    public long call(long a) {
        return call(a, 0);
    }

    public long call(long a, long b) {
        return call(a, b, 0);
    }

    public long call(long a, long b, long c) {
        return call(a, b, c, 0);
    }

    public long call(long a, long b, long c, long d) {
        return call(a, b, c, d, 0);
    }

    public long call(long a, long b, long c, long d, long e) {
        return call(a, b, c, d, e, 0);
    }

    public long call(long a, long b, long c, long d, long e, long f) {
        try {
            return (long) HANDLE.invokeExact(address, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw Native.broken(t);
        }
    }
}
