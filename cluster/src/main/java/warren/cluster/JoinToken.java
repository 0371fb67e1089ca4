// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;

/// All a machine needs to become a node, as one line of text: `warren1.` and base64url. It holds
/// the cluster secret, so it is a secret itself and never printed but by `warren token`.
/// Immutable, its secret apart.
///
/// @param cluster the cluster to join
/// @param secret its secret; the caller destroys it
/// @param seeds where members listen for joins (TCP), tried in order; at most [#MAX_SEEDS]
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public record JoinToken(ClusterId cluster, ClusterSecret secret, List<HostPort> seeds) {
    public static final int MAX_SEEDS = 16;

    public JoinToken {
        seeds = List.copyOf(seeds);
        if (seeds.isEmpty() || seeds.size() > MAX_SEEDS) {
            throw new IllegalArgumentException("a token names 1 to 16 seeds, not " + seeds.size());
        }
    }

    /// Reads what [#encode()] wrote; white space around it does not matter.
    ///
    /// @throws IllegalArgumentException saying what is wrong, without repeating any of the token
    public static JoinToken parse(String text) {
        throw Skeleton.missing();
    }

    public String encode() {
        throw Skeleton.missing();
    }

    /// Names the cluster and the seeds, never the secret.
    @Override
    public String toString() {
        return "JoinToken(cluster " + cluster + ", seeds " + seeds + ", redacted)";
    }
}
