// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import warren.tunnel.PeerConfig;
import warren.tunnel.PeerState;
import warren.wireguard.Endpoint;
import warren.wireguard.IpPrefix;
import warren.wireguard.PublicKey;

/// Decides which changes make a device's peers what they should be. Confined to the reconcile loop;
/// remembers only which endpoint of a peer it tried last, and when.
///
/// An endpoint is set in three cases only: the peer has none; its node announced other endpoints
/// and the one in use is quiet; or what was sent to the one in use has been unanswered for
/// [#PATIENCE] and there is another to try. So an endpoint that WireGuard learnt by roaming is
/// never
/// overwritten while it works, nor while nobody needs it: silence says nothing where nothing was
/// asked.
public final class PeerPlan {
    /// A handshake no older than this says that the endpoint works: whitepaper section 6.1,
    /// `Reject-After-Time`.
    static final Duration FRESH = Duration.ofMinutes(3);

    /// How long one endpoint is tried: two handshake attempts, `Rekey-Timeout` apart.
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /// What was tried last for one peer.
    ///
    /// @param sentBytes what had been sent to the peer by then
    private record Attempt(
            Endpoint endpoint, List<Endpoint> candidates, Instant since, long sentBytes) {}

    private final Map<PublicKey, Attempt> attempts = new HashMap<>();
    private boolean trying;

    /// Whether some endpoint is on trial, by the last [#changes]: look again within seconds.
    public boolean isTrying() {
        return trying;
    }

    /// The changes that lead from `actual` to `wished`; none where nothing differs.
    public List<PeerConfig> changes(List<PeerWish> wished, List<PeerState> actual, Instant now) {
        Map<PublicKey, PeerState> present = new HashMap<>();
        actual.forEach(peer -> present.put(peer.publicKey(), peer));
        Set<PublicKey> wanted = new HashSet<>();
        wished.forEach(peer -> wanted.add(peer.publicKey()));
        attempts.keySet().retainAll(wanted);
        trying = false;

        List<PeerConfig> changes = new ArrayList<>();
        for (PeerState peer : actual) {
            if (!wanted.contains(peer.publicKey())) {
                changes.add(PeerConfig.removal(peer.publicKey()));
            }
        }
        for (PeerWish wish : wished) {
            PeerState state = present.get(wish.publicKey());
            PeerConfig change = state == null ? addition(wish, now) : change(wish, state, now);
            if (change != null) {
                changes.add(change);
            }
        }
        return changes;
    }

    private PeerConfig addition(PeerWish wish, Instant now) {
        PeerConfig change =
                PeerConfig.of(wish.publicKey())
                        .withPresharedKey(wish.presharedKey())
                        .withAllowedIps(wish.allowedIps())
                        .withPersistentKeepalive(wish.persistentKeepalive());
        if (wish.candidates().isEmpty()) {
            return change;
        }
        trying |= wish.candidates().size() > 1;
        return change.withEndpoint(tried(wish, wish.candidates().getFirst(), now, 0));
    }

    private @Nullable PeerConfig change(PeerWish wish, PeerState state, Instant now) {
        PeerConfig nothing = PeerConfig.of(wish.publicKey()).updatingOnly();
        PeerConfig change = nothing;
        if (!wish.presharedKey().equals(state.presharedKey())) {
            change = change.withPresharedKey(wish.presharedKey());
        }
        if (wish.persistentKeepalive() != state.persistentKeepalive()) {
            change = change.withPersistentKeepalive(wish.persistentKeepalive());
        }
        List<IpPrefix> taken = without(state.allowedIps(), wish.allowedIps());
        List<IpPrefix> given = without(wish.allowedIps(), state.allowedIps());
        if (!taken.isEmpty() || !given.isEmpty()) {
            change = change.changingAllowedIps(taken, given);
        }
        Endpoint next = nextEndpoint(wish, state, now);
        if (next != null) {
            change = change.withEndpoint(tried(wish, next, now, state.txBytes()));
        }
        return change.equals(nothing) ? null : change;
    }

    /// The endpoint to set now, or null to leave the peer's own alone.
    private @Nullable Endpoint nextEndpoint(PeerWish wish, PeerState state, Instant now) {
        List<Endpoint> candidates = wish.candidates();
        if (candidates.isEmpty()) {
            return null;
        }
        if (state.endpoint() == null) {
            trying |= candidates.size() > 1;
            return candidates.getFirst();
        }
        if (isFresh(state.lastHandshake(), now)) {
            attempts.remove(wish.publicKey());
            return null;
        }
        Attempt last = attempts.get(wish.publicKey());
        boolean idle = last != null && state.txBytes() == last.sentBytes();
        trying |= !idle && hasChoice(candidates, state.endpoint());
        if (last == null) {
            // An adopted or roamed endpoint that went quiet: it gets its time before another does.
            tried(wish, state.endpoint().withoutSource(), now, state.txBytes());
            return null;
        }
        if (!last.candidates().equals(candidates)) {
            return candidates.getFirst();
        }
        if (idle) {
            // Nobody has sent anything: the endpoint's time begins when somebody does.
            tried(wish, last.endpoint(), now, last.sentBytes());
            return null;
        }
        if (Duration.between(last.since(), now).compareTo(PATIENCE) < 0) {
            return null;
        }
        int index = (candidates.indexOf(last.endpoint()) + 1) % candidates.size();
        Endpoint next = candidates.get(index);
        if (next.equals(state.endpoint().withoutSource())) {
            tried(wish, next, now, state.txBytes());
            return null;
        }
        return next;
    }

    /// Whether there is anything to set but what is set.
    private static boolean hasChoice(List<Endpoint> candidates, Endpoint current) {
        return candidates.size() > 1 || !candidates.getFirst().equals(current.withoutSource());
    }

    /// Whether a handshake of that time says that the peer can be reached.
    public static boolean isFresh(@Nullable Instant handshake, Instant now) {
        return handshake != null && Duration.between(handshake, now).compareTo(FRESH) < 0;
    }

    private Endpoint tried(PeerWish wish, Endpoint endpoint, Instant now, long sentBytes) {
        attempts.put(wish.publicKey(), new Attempt(endpoint, wish.candidates(), now, sentBytes));
        return endpoint;
    }

    private static List<IpPrefix> without(List<IpPrefix> all, List<IpPrefix> some) {
        Set<IpPrefix> rest = new HashSet<>(all);
        rest.removeAll(new HashSet<>(some));
        return rest.stream().sorted().toList();
    }
}
