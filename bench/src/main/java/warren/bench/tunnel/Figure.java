// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

/// What is measured of each contender in each round. Sending and receiving are seen from the end
/// that sends in that test; GB are 10⁹ payload bytes that arrived.
enum Figure {
    FIRST_PING("start to first ping", "ms"),
    TCP_1("TCP, 1 stream", "Gbit/s"),
    TCP_4("TCP, 4 streams", "Gbit/s"),
    TCP_REVERSE("TCP, 1 stream, reverse", "Gbit/s"),
    TCP_CPU_SEND("CPU, sending end, 1 stream", "s/GB"),
    TCP_CPU_RECEIVE("CPU, receiving end, 1 stream", "s/GB"),
    TCP_CPU("CPU, both ends, 1 stream", "s/GB"),
    UDP_64("UDP 64 bytes, received", "kpps"),
    UDP_64_CPU_SEND("CPU, sending end, a received packet", "µs"),
    UDP_64_CPU_RECEIVE("CPU, receiving end, a received packet", "µs"),
    UDP_1372("UDP 1372 bytes, received", "Gbit/s"),
    PING_MEDIAN("ping, median", "µs"),
    PING_P99("ping, 99th percentile", "µs"),
    RSS("RSS after load, the larger end", "MB"),
    PSS("PSS after load, the larger end", "MB"),
    ONE_PEER("TCP, all connections to 1 peer", "Gbit/s"),
    ONE_PEER_CPU("CPU, sending end, 1 peer", "s/GB"),
    MANY_PEERS("TCP, the same spread over all peers", "Gbit/s"),
    MANY_PEERS_CPU("CPU, sending end, all peers", "s/GB"),
    MANY_PEERS_LOSS("loss of throughput by many peers", "%"),
    MANY_PEERS_RSS("RSS with all peers active", "MB"),
    TURNS_ONE_PEER("UDP 64 bytes, 8 targets behind 1 peer", "kpps"),
    TURNS_ONE_PEER_CPU("CPU, sending end, a received packet", "µs"),
    TURNS("UDP 64 bytes, in turn to 8 peers", "kpps"),
    TURNS_CPU("CPU, sending end, a received packet", "µs"),
    FROM_ONE_PEER("TCP, all connections from 1 peer", "Gbit/s"),
    FROM_ONE_PEER_CPU("CPU, receiving end, 1 peer", "s/GB"),
    FROM_MANY_PEERS("TCP, the same from all peers", "Gbit/s"),
    FROM_MANY_PEERS_CPU("CPU, receiving end, all peers", "s/GB"),
    FROM_MANY_PEERS_LOSS("loss of throughput from many peers", "%");

    final String title;
    final String unit;

    /// Whether it compares by itself, and is often about 0: then it has no ratio.
    boolean isDifference() {
        return this == MANY_PEERS_LOSS || this == FROM_MANY_PEERS_LOSS;
    }

    Figure(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }
}
