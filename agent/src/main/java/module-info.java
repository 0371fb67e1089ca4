// SPDX-License-Identifier: Apache-2.0

/// The node's daemon: desired state from records and containers, reconciled into the kernel.
module warren.agent {
    requires static transitive org.jspecify;
    requires static transitive com.google.errorprone.annotations;
    requires java.logging;
    requires warren.wireguard;
    requires warren.linux;
    requires warren.tunnel;
    requires warren.cluster;
    requires transitive warren.control;
    requires io.helidon.webserver;

    exports warren.agent;
}
