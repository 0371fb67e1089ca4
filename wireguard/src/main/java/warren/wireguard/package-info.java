// SPDX-License-Identifier: Apache-2.0

/// The WireGuard protocol, pure: bytes and `now` in, instructions out.
@NullMarked
package warren.wireguard;

import org.jspecify.annotations.NullMarked;
