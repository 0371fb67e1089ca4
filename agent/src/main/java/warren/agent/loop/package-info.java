// SPDX-License-Identifier: Apache-2.0

/// The one way in which the agent's parts own state: a named thread with a queue. Others send work
/// to the queue; none of them takes a lock of the loop, so there is no lock order to remember.
@NullMarked
package warren.agent.loop;

import org.jspecify.annotations.NullMarked;
