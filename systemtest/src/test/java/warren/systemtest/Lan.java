// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

/// An Ethernet segment: a bridge in a network namespace of its own, to which machines are plugged.
///
///     machine a          lan            machine b
///     eth0 10.9.0.1 ──── br0 ──── eth0 10.9.0.2
///          fd09::1                     fd09::2
final class Lan implements AutoCloseable {
    private final Machine bridge = new Machine("lan");

    Lan() {
        bridge.sh("ip link add br0 type bridge mcast_snooping 0 && ip link set br0 up");
    }

    /// Where everything on the wire can be captured, on interface `br0`.
    Machine bridge() {
        return bridge;
    }

    /// Gives the machine an `eth0` with `10.9.0.HOST/24` and `fd09::HOST/64`.
    void plug(Machine machine, int host) {
        Command.run(
                        "ip",
                        "link",
                        "add",
                        "eth0",
                        "netns",
                        Long.toString(machine.pid()),
                        "type",
                        "veth",
                        "peer",
                        "name",
                        "port" + host,
                        "netns",
                        Long.toString(bridge.pid()))
                .orFail();
        bridge.sh("ip link set port" + host + " master br0 up");
        machine.sh(
                "ip addr add 10.9.0.%d/24 dev eth0; ip addr add fd09::%x/64 dev eth0 nodad; ip link set eth0 up"
                        .formatted(host, host));
    }

    /// Pulls the cable of a machine, or puts it back.
    void cable(int host, boolean connected) {
        bridge.sh("ip link set port" + host + (connected ? " up" : " down"));
    }

    @Override
    public void close() {
        bridge.close();
    }
}
