// SPDX-License-Identifier: Apache-2.0

/// The node's daemon: desired state from records and containers, reconciled into the kernel.
@NullMarked
package warren.agent;

import org.jspecify.annotations.NullMarked;
