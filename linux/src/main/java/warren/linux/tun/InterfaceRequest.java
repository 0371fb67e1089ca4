// SPDX-License-Identifier: Apache-2.0
package warren.linux.tun;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import warren.linux.libc.Structs;

/// A `struct ifreq` that names an interface. Lives as long as its arena; confined to its caller.
final class InterfaceRequest {
    private static final long NAME = Structs.offset(Structs.ifreq, "ifr_name");
    private static final long FLAGS = Structs.offset(Structs.ifreq, "ifr_ifru", "ifr_flags");
    private static final long MTU = Structs.offset(Structs.ifreq, "ifr_ifru", "ifr_mtu");
    private static final long INDEX = Structs.offset(Structs.ifreq, "ifr_ifru", "ifr_ifindex");

    private final MemorySegment memory;

    InterfaceRequest(Arena arena, String name) {
        memory = arena.allocate(Structs.ifreq);
        memory.setString(NAME, checked(name), StandardCharsets.UTF_8);
    }

    /// What `dev_valid_name` of the kernel refuses as well, found here so that the message says
    /// why.
    static String checked(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length >= Structs.IFNAMSIZ) {
            throw new IllegalArgumentException(
                    "interface name '" + name + "' must have 1 to 15 bytes");
        }
        if (name.equals(".")
                || name.equals("..")
                || name.chars().anyMatch(c -> c == '/' || c == ':' || c <= ' ')) {
            throw new IllegalArgumentException(
                    "interface name '" + name + "' has a character that Linux refuses");
        }
        return name;
    }

    MemorySegment memory() {
        return memory;
    }

    String name() {
        return memory.getString(NAME, StandardCharsets.UTF_8);
    }

    int flags() {
        return Short.toUnsignedInt(memory.get(JAVA_SHORT, FLAGS));
    }

    void flags(int flags) {
        memory.set(JAVA_SHORT, FLAGS, (short) flags);
    }

    int mtu() {
        return memory.get(JAVA_INT, MTU);
    }

    void mtu(int mtu) {
        memory.set(JAVA_INT, MTU, mtu);
    }

    int index() {
        return memory.get(JAVA_INT, INDEX);
    }
}
