// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import warren.wireguard.PublicKey;

/// What a node says of itself, before it is signed. Immutable; the limits are those of the
/// codec, so that a record always fits one gossip datagram.
///
/// @param sequence larger in each record of a node; persisted, never reused
/// @param instance drawn at each start of the agent ([Instance]): tells a clone from a restart
/// @param name as people call the node; 1 to [#MAX_NAME_LENGTH] letters, digits, `.`, `_`, `-`
/// @param wireguardKey the key peers configure now
/// @param nextWireguardKey the key announced for the next rotation; null where none is
/// @param endpoints where WireGuard listens on the underlay, best first; at most
///     [#MAX_ENDPOINTS]
/// @param joinPort the TCP port of the join listener on those hosts
/// @param claims blocks and single addresses; at most [#MAX_CLAIMS]
/// @param dataPlanes what the node can speak
/// @param epochs the tags of the secrets the node holds, newest first; at most [#MAX_EPOCHS]
/// @param leaving whether this is the node's farewell: it is in no cluster any more
public record NodeContent(
        long sequence,
        long instance,
        String name,
        PublicKey wireguardKey,
        @Nullable PublicKey nextWireguardKey,
        List<HostPort> endpoints,
        int joinPort,
        List<Claim> claims,
        Set<DataPlane> dataPlanes,
        List<Integer> epochs,
        boolean leaving) {
    public static final int MAX_NAME_LENGTH = 63;
    public static final int MAX_ENDPOINTS = 8;
    public static final int MAX_CLAIMS = 64;
    public static final int MAX_EPOCHS = 4;

    public NodeContent {
        endpoints = List.copyOf(endpoints);
        claims = List.copyOf(claims);
        dataPlanes = Set.copyOf(dataPlanes);
        epochs = List.copyOf(epochs);
        if (sequence < 1) {
            throw new IllegalArgumentException("a sequence number starts at 1, not " + sequence);
        }
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "a node name is 1 to 63 letters, digits, dots, dashes and underscores: "
                            + name);
        }
        if (joinPort < 1 || joinPort > 65535) {
            throw new IllegalArgumentException("port " + joinPort + " is not within 1..65535");
        }
        if (endpoints.size() > MAX_ENDPOINTS
                || claims.size() > MAX_CLAIMS
                || epochs.size() > MAX_EPOCHS) {
            throw new IllegalArgumentException(
                    "a record holds at most 8 endpoints, 64 claims and 4 epochs");
        }
    }

    /// Of a node that stays.
    public NodeContent(
            long sequence,
            long instance,
            String name,
            PublicKey wireguardKey,
            @Nullable PublicKey nextWireguardKey,
            List<HostPort> endpoints,
            int joinPort,
            List<Claim> claims,
            Set<DataPlane> dataPlanes,
            List<Integer> epochs) {
        this(
                sequence,
                instance,
                name,
                wireguardKey,
                nextWireguardKey,
                endpoints,
                joinPort,
                claims,
                dataPlanes,
                epochs,
                false);
    }

    /// The farewell: nothing is claimed any more.
    NodeContent farewell() {
        return new NodeContent(
                sequence + 1,
                instance,
                name,
                wireguardKey,
                null,
                List.of(),
                joinPort,
                List.of(),
                Set.of(),
                epochs,
                true);
    }

    static boolean isName(String name) {
        return name.length() <= MAX_NAME_LENGTH
                && name.matches("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?");
    }

    public NodeContent withWireguardKey(PublicKey newKey) {
        return with(sequence, newKey, endpoints, claims, epochs);
    }

    public NodeContent withEpochs(List<Integer> newEpochs) {
        return with(sequence, wireguardKey, endpoints, claims, newEpochs);
    }

    public NodeContent withSequence(long newSequence) {
        return with(newSequence, wireguardKey, endpoints, claims, epochs);
    }

    public NodeContent withEndpoints(List<HostPort> newEndpoints) {
        return with(sequence, wireguardKey, newEndpoints, claims, epochs);
    }

    public NodeContent withClaims(List<Claim> newClaims) {
        return with(sequence, wireguardKey, endpoints, newClaims, epochs);
    }

    /// A copy that differs in what can change from one record of a node to the next.
    private NodeContent with(
            long newSequence,
            PublicKey newKey,
            List<HostPort> newEndpoints,
            List<Claim> newClaims,
            List<Integer> newEpochs) {
        return new NodeContent(
                newSequence,
                instance,
                name,
                newKey,
                nextWireguardKey,
                newEndpoints,
                joinPort,
                newClaims,
                dataPlanes,
                newEpochs,
                leaving);
    }
}
