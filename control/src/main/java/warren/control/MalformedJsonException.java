// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.io.IOException;

/// A request or an answer that is not what the API says: which field, and what is wrong with it.
public final class MalformedJsonException extends IOException {
    private static final long serialVersionUID = 1;

    MalformedJsonException(String message) {
        super(message);
    }
}
