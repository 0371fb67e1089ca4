// SPDX-License-Identifier: Apache-2.0

/// `warren demo`: a small cluster on one machine, out of network namespaces and the real programs.
///
/// Every node is a network namespace and a mount namespace in which the agent's four private places
/// are its own; a bridge in a further namespace is the LAN between them. The demo then does by hand
/// what an operator would do, and shows evidence a sceptic can repeat: a capture of that LAN, read
/// by code of its own, before Warren and with it. The machine's own network is not touched, and
/// what was made is removed however the demo ends.
@NullMarked
package warren.cli.demo;

import org.jspecify.annotations.NullMarked;
