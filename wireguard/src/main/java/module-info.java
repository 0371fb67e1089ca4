// SPDX-License-Identifier: Apache-2.0

/// The WireGuard protocol, pure: bytes and `now` in, instructions out.
module warren.wireguard {
    requires static transitive org.jspecify;
    requires static transitive com.google.errorprone.annotations;

    exports warren.wireguard;
}
