// SPDX-License-Identifier: Apache-2.0

/// Membership, node records and the join protocol, as pure state machines.
module warren.cluster {
    requires static transitive org.jspecify;
    requires static transitive com.google.errorprone.annotations;
    requires transitive warren.wireguard;

    exports warren.cluster;
}
