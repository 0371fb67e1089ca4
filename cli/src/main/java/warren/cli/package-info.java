// SPDX-License-Identifier: Apache-2.0

/// The command line: thin skins over the agent's API, the tunnel and the demo.
@NullMarked
package warren.cli;

import org.jspecify.annotations.NullMarked;
