// SPDX-License-Identifier: Apache-2.0

/// Every system call Warren makes, through the foreign function interface.
@NullMarked
package warren.linux;

import org.jspecify.annotations.NullMarked;
