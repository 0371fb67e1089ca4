// SPDX-License-Identifier: Apache-2.0

/// What tests need to touch the kernel without leaving a trace: shared with other modules as this
/// module's test-jar.
@NullMarked
package warren.linux.testing;

import org.jspecify.annotations.NullMarked;
