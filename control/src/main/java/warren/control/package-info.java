// SPDX-License-Identifier: Apache-2.0

/// The agent's API as values: requests and answers, their JSON, and a client that speaks to the
/// agent over its Unix socket. It knows nothing of networks: the command line, the CNI plugin and
/// the agent itself all depend on it, and it depends on none of Warren's modules.
///
/// JSON is mapped field by field in the records themselves, so that the text other tools rely on
/// stands in the code that can be read, and nothing is found by reflection.
@NullMarked
package warren.control;

import org.jspecify.annotations.NullMarked;
