// SPDX-License-Identifier: Apache-2.0

/// Network namespaces: opening, telling apart, entering, making and removing them.
///
/// A Linux thread, not a process, is in a network namespace. Work in another namespace runs on a
/// platform thread made for it, which ends with the work, so that no thread that others use is ever
/// in a foreign namespace.
@NullMarked
package warren.linux.namespace;

import org.jspecify.annotations.NullMarked;
