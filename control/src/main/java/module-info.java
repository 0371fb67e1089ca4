// SPDX-License-Identifier: Apache-2.0

/// The agent's API: its records, their JSON, and a client over a Unix socket.
module warren.control {
    requires static transitive org.jspecify;
    requires static transitive com.google.errorprone.annotations;
    requires transitive tools.jackson.databind;

    exports warren.control;
}
