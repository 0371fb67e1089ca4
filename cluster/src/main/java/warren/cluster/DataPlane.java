// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// A way a node can carry packets. The codes are protocol: append only.
public enum DataPlane {
    KERNEL(1),
    USERSPACE(2),
    VXLAN(4);

    private final int bit;

    DataPlane(int bit) {
        this.bit = bit;
    }

    int bit() {
        return bit;
    }
}
