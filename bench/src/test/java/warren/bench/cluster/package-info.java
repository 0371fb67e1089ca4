// SPDX-License-Identifier: Apache-2.0

/// Tests of how the cluster benchmark reads its options and judges figures. The benchmark as a
/// whole is tried by running it.
@NullMarked
package warren.bench.cluster;

import org.jspecify.annotations.NullMarked;
