// SPDX-License-Identifier: Apache-2.0

/// TUN interfaces: the host's packets as a descriptor.
@NullMarked
package warren.linux.tun;

import org.jspecify.annotations.NullMarked;
