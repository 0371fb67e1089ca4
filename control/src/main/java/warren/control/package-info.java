// SPDX-License-Identifier: Apache-2.0

/// The agent's API: its records, their JSON, and a client over a Unix socket.
@NullMarked
package warren.control;

import org.jspecify.annotations.NullMarked;
