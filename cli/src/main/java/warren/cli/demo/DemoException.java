// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;

/// The demo cannot go on; the message is the one line that says why.
final class DemoException extends IOException {
    private static final long serialVersionUID = 1;

    DemoException(String message) {
        super(message);
    }
}
