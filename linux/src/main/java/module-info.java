// SPDX-License-Identifier: Apache-2.0

/// Every system call Warren makes, through the foreign function interface.
module warren.linux {
    requires static transitive org.jspecify;
    requires static transitive com.google.errorprone.annotations;

    exports warren.linux;
    exports warren.linux.crypto;
    exports warren.linux.tun;
    exports warren.linux.udp;
}
