// SPDX-License-Identifier: Apache-2.0
package warren.linux.namespace;

import java.io.IOException;

/// A namespace that cannot be used, and the reason to act on. Immutable.
public final class NamespaceException extends IOException {
    private static final long serialVersionUID = 1;

    /// What is wrong with it.
    public enum Reason {
        /// Nothing is at the path: the container has ended.
        GONE,
        /// Something is at the path, but not a network namespace (any more).
        NOT_A_NAMESPACE,
        /// It exists and we may not open or enter it.
        PERMISSION,
        /// Something is at the path where one was to be made.
        EXISTS,
        /// Another refusal of the kernel; the message has its errno.
        FAILED
    }

    private final Reason reason;

    NamespaceException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
