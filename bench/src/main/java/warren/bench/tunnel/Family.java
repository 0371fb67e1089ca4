// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

/// The addresses of the places, outside on the cable and inside the tunnel, in one version of IP.
enum Family {
    V4("10.9.0.1", "10.9.0.2", "10.200.0.1", "10.200.0.2", "/32"),
    V6("fd09::1", "fd09::2", "fd0a::1", "fd0a::2", "/128");

    final String leftOutside;
    final String rightOutside;
    final String leftInside;
    final String rightInside;

    /// Of a prefix that is one address.
    final String single;

    Family(
            String leftOutside,
            String rightOutside,
            String leftInside,
            String rightInside,
            String single) {
        this.leftOutside = leftOutside;
        this.rightOutside = rightOutside;
        this.leftInside = leftInside;
        this.rightInside = rightInside;
        this.single = single;
    }
}
