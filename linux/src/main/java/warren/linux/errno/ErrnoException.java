// SPDX-License-Identifier: Apache-2.0
package warren.linux.errno;

import java.io.IOException;

/// The kernel's refusal of a system call: what was tried, on what, and the errno. Immutable.
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /// @param operation the call and its object, such as `ioctl TUNSETIFF wg0`
    /// @param errno the kernel's positive error number
    public ErrnoException(String operation, int errno) {
        super(operation + ": " + Errno.describe(errno));
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }
}
