// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.Serial;

/// The world failed: a program is missing, did not start, or ended badly. The message is for the
/// person who started the benchmark.
final class BenchmarkException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    BenchmarkException(String message) {
        super(message);
    }

    BenchmarkException(String message, Throwable cause) {
        super(message, cause);
    }
}
