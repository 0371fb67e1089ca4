// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// How long a node stays suspect before it is dead, after Lifeguard (arXiv 1707.00788, section
/// IV-B): long while one alone suspects it, short once others confirm.
final class Suspicion {
    private Suspicion() {}

    /// @param nodes how many nodes the cluster has, this one included
    /// @param confirmations how many nodes other than the first suspect it too
    static long timeoutNanos(int nodes, int confirmations) {
        double scale = Math.max(1, Math.log10(nodes));
        double min = GossipLayout.SUSPICION_MIN * scale;
        double max = GossipLayout.SUSPICION_MAX * scale;
        int wanted = Math.min(GossipLayout.CONFIRMATIONS, nodes - 2); // neither it nor the first
        if (wanted < 1) {
            return (long) max; // nobody could confirm
        }
        double done = Math.log(1.0 + confirmations) / Math.log(1.0 + wanted);
        return (long) Math.max(min, max - (max - min) * done);
    }
}
