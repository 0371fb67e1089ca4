// SPDX-License-Identifier: Apache-2.0

/// The command line: thin skins over the agent's API, the tunnel and the demo.
module warren.cli {
    requires static transitive org.jspecify;
    requires static transitive com.google.errorprone.annotations;
    requires warren.control;
    requires warren.agent;
    requires warren.tunnel;
    requires warren.linux;
}
