// SPDX-License-Identifier: Apache-2.0

/// How the kernel says no: error numbers under their kernel names, and the exception that carries
/// one together with what was tried on what. Everything else in this module stands on it.
@NullMarked
package warren.linux.errno;

import org.jspecify.annotations.NullMarked;
