// SPDX-License-Identifier: Apache-2.0

/// JMH benchmarks of what every packet or every handshake costs: one class for each primitive, its
/// figures per operation. `./dev bench primitives` runs them; a figure that is written down names
/// the machine, the commit and the command. Not part of the product.
@NullMarked
package warren.bench;

import org.jspecify.annotations.NullMarked;
