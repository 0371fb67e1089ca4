// SPDX-License-Identifier: Apache-2.0

/// The C library through the foreign function interface, and the only package that links native
/// code.
///
/// Every binding answers as the kernel does: a result of zero or more, or `-errno`. Nothing is
/// thrown and nothing allocated on the way, so the packet path may call it; who wants an exception
/// wraps the call in `Outcome.check`. A call that a signal interrupted is repeated here, so no
/// caller sees `EINTR` (`poll` answers "nothing yet" and `close` is never repeated: their
/// documentation says why).
///
/// The package is not exported: the module's other packages give its callers types to hold.
@NullMarked
package warren.linux.libc;

import org.jspecify.annotations.NullMarked;
