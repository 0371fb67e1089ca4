// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import java.io.IOException;
import warren.linux.errno.Errno;

/// The kernel's refusal of a netlink request: what was asked, the errno, and the kernel's own
/// sentence where it gave one. Immutable.
public final class NetlinkException extends IOException {
    private static final long serialVersionUID = 1;

    private final String operation;
    private final int errno;
    private final String kernelText;

    /// @param operation the request and its object, such as `route replace 10.100.0.0/16 dev wg0`
    /// @param errno positive
    /// @param kernelText from extended acknowledgement, or empty
    public NetlinkException(String operation, int errno, String kernelText) {
        super(
                operation
                        + ": "
                        + Errno.describe(errno)
                        + (kernelText.isEmpty() ? "" : ": " + kernelText));
        this.operation = operation;
        this.errno = errno;
        this.kernelText = kernelText;
    }

    public String operation() {
        return operation;
    }

    public int errno() {
        return errno;
    }

    /// The kernel's extended acknowledgement, such as `Nexthop has invalid gateway`, or empty.
    public String kernelText() {
        return kernelText;
    }
}
