// SPDX-License-Identifier: Apache-2.0

/// Every system call Warren makes, through the foreign function interface.
module warren.linux {
    requires static transitive org.jspecify;
    requires static transitive com.google.errorprone.annotations;

    exports warren.linux;
    exports warren.linux.crypto;
    exports warren.linux.errno;
    exports warren.linux.namespace;
    exports warren.linux.netlink;
    exports warren.linux.route;
    exports warren.linux.sysctl;
    exports warren.linux.tun;
    exports warren.linux.udp;
}
