// SPDX-License-Identifier: Apache-2.0

/// The agent's API over HTTP on a Unix socket: routes requests to the node and turns its refusals
/// into answers. It knows the API's records and nothing of networks; what a request does is the
/// business of the [warren.agent.api.Node] behind it. `docs/api.md` describes it for others.
@NullMarked
package warren.agent.api;

import org.jspecify.annotations.NullMarked;
