// SPDX-License-Identifier: Apache-2.0

/// Kernel settings of `/proc/sys/net`: those of the network namespace of the thread that opens the
/// file. For another namespace, use them inside `NetworkNamespace.run`.
@NullMarked
package warren.linux.sysctl;

import org.jspecify.annotations.NullMarked;
