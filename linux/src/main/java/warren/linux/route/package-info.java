// SPDX-License-Identifier: Apache-2.0

/// The kernel's network objects by rtnetlink: links, addresses, routes, rules and neighbours.
///
/// `Rtnetlink` has the verbs, named after those of `ip(8)`; `NetworkMonitor` says what changes. The
/// records are values with one rule: what is absent in a record (null, or 0 where the kernel has no
/// object 0) is not written to the kernel, which then keeps or chooses its own.
@NullMarked
package warren.linux.route;

import org.jspecify.annotations.NullMarked;
