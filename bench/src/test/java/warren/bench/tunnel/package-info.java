// SPDX-License-Identifier: Apache-2.0

/// Tests of what the tunnel benchmark reads and computes. The benchmark as a whole is tried by
/// running it.
@NullMarked
package warren.bench.tunnel;

import org.jspecify.annotations.NullMarked;
