// SPDX-License-Identifier: Apache-2.0

/// The userspace WireGuard device: packet loops, the UAPI socket and the client of that socket.
module warren.tunnel {
    requires static transitive org.jspecify;
    requires static transitive com.google.errorprone.annotations;
    requires transitive warren.wireguard;
    requires static jdk.incubator.vector;
    requires java.logging;
    requires jdk.management;
    requires warren.linux;

    exports warren.tunnel;
}
