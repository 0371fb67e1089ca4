// SPDX-License-Identifier: Apache-2.0

/// What the agent keeps on disk, in `/var/lib/warren` (mode 0700, files 0600). Every file is
/// replaced as a whole: written beside, forced to the disk, renamed. So a crash or a full disk
/// leaves the old file, never half of a new one.
@NullMarked
package warren.agent.store;

import org.jspecify.annotations.NullMarked;
