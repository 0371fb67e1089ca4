// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

/// What a backend's packets cost: so much each and so much a byte.
record VectorCost(double packetNanos, double byteNanos) {
    /// Beyond anything measured: nothing is dearer.
    static final VectorCost UNKNOWN = new VectorCost(Double.MAX_VALUE, 0);

    /// From two measurements: packets of `small` bytes and packets of `large` bytes.
    static VectorCost of(int small, double smallNanos, int large, double largeNanos) {
        double each = Math.max((largeNanos - smallNanos) / (large - small), 0);
        return new VectorCost(Math.max(smallNanos - each * small, 1), each);
    }

    double nanos(int packets, long bytes) {
        return packetNanos * packets + byteNanos * bytes;
    }
}
