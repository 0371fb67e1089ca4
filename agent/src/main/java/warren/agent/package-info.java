// SPDX-License-Identifier: Apache-2.0

/// The node's daemon as a whole: its configuration, its log, and the composition of its parts.
/// Everything below this package knows only what it needs; here they are put together, started in
/// one order and stopped in the other.
@NullMarked
package warren.agent;

import org.jspecify.annotations.NullMarked;
