// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import warren.linux.errno.ErrnoException;

/// What becomes of a system call's answer. No state.
public final class Outcome {
    private Outcome() {}

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
