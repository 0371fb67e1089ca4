// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.cluster.ClusterSecret;
import warren.cluster.Epoch;
import warren.cluster.Eviction;
import warren.cluster.IdentityKey;

/// Which secrets hold and who is evicted, as this node knows at a moment. Immutable, apart from
/// the secrets, which live as long as the agent.
///
/// @param epochs newest first
/// @param ownEviction that this very node is evicted; null where it is not
public record Standing(
        List<Epoch> epochs, List<Eviction> evictions, @Nullable Eviction ownEviction) {
    public Standing {
        epochs = List.copyOf(epochs);
        evictions = List.copyOf(evictions);
    }

    static Standing of(List<Epoch> epochs, List<Eviction> evictions, IdentityKey self) {
        Eviction own = null;
        for (Eviction eviction : evictions) {
            if (eviction.evicted().equals(self.id())) {
                own = eviction;
            }
        }
        return new Standing(epochs, evictions, own);
    }

    public Epoch newest() {
        return epochs.getFirst();
    }

    public List<ClusterSecret> secrets() {
        return epochs.stream().map(Epoch::secret).toList();
    }

    /// By which records announce the epochs held.
    List<Integer> tags() {
        return epochs.stream().map(Epoch::tag).toList();
    }
}
