// SPDX-License-Identifier: Apache-2.0

/// The cluster benchmark: how long news take, how much an idle node sends and whether anybody
/// is declared dead falsely, by simulation of up to thousands of members.
@NullMarked
package warren.bench.cluster;

import org.jspecify.annotations.NullMarked;
