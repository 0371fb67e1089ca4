// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import warren.linux.errno.Errno;

/// A device's refusal of a UAPI request. Immutable.
public final class UapiException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /// @param operation what was asked of whom, such as `set wg0`
    /// @param errno the device's positive error number
    UapiException(String operation, int errno) {
        super("UAPI " + operation + ": " + Errno.describe(errno));
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }
}
