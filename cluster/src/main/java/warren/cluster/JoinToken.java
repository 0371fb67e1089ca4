// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// All a machine needs to become a node, as one line of text: `warren1.` and base64url. It holds
/// the cluster secret, so it is a secret itself and never printed but by `warren token`.
/// Immutable, its secret apart.
///
/// ```
/// cluster id (5) | epoch (4) | secret (32) | seeds (HostPortCodec) | checksum (4)
/// ```
///
/// The cluster id lets the newcomer sign its record for this cluster before it has met anybody.
///
/// @param cluster the cluster to join
/// @param secret its secret; the caller destroys it
/// @param seeds where members listen for joins (TCP), tried in order; 1 to [#MAX_SEEDS]
public record JoinToken(ClusterId cluster, ClusterSecret secret, List<HostPort> seeds) {
    public static final int MAX_SEEDS = 16;

    private static final String PREFIX = "warren1.";
    private static final int CHECKSUM_LENGTH = 4;
    private static final int MIN_LENGTH =
            ClusterId.LENGTH + 4 + ClusterSecret.LENGTH + CHECKSUM_LENGTH;
    private static final int MAX_TEXT = 8192; // sixteen names of the greatest length, and to spare

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
        String token = text.strip();
        if (!token.startsWith(PREFIX)) {
            throw new IllegalArgumentException(
                    token.matches("(?s)warren\\d+\\..*")
                            ? "this join token is of another version of warren"
                            : "not a join token: one starts with " + PREFIX);
        }
        byte[] bytes = decode(token);
        byte[] secret = new byte[0];
        try {
            int end = bytes.length - CHECKSUM_LENGTH;
            byte[] checksum = Arrays.copyOfRange(bytes, end, bytes.length);
            if (!MessageDigest.isEqual(checksum, checksum(Arrays.copyOf(bytes, end)))) {
                throw damaged();
            }
            WireReader in = new WireReader(bytes, 0, end);
            ClusterId cluster = ClusterId.of(in.take(ClusterId.LENGTH));
            int epoch = in.u32();
            secret = in.take(ClusterSecret.LENGTH);
            List<HostPort> seeds = HostPortCodec.read(in, MAX_SEEDS);
            if (in.failed() || epoch < 1 || seeds.isEmpty()) {
                throw damaged();
            }
            return new JoinToken(cluster, new ClusterSecret(epoch, secret), seeds);
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /// The line that [#parse] reads: as secret as the cluster secret.
    public String encode() {
        byte[] raw = secret.toBytes();
        WireWriter out = new WireWriter();
        out.put(cluster.toBytes()).u32(secret.epoch()).put(raw);
        HostPortCodec.write(out, seeds);
        out.put(checksum(out.toBytes()));
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(out.toBytes());
        out.wipe();
        Arrays.fill(raw, (byte) 0);
        return PREFIX + text;
    }

    /// Names the cluster and the seeds, never the secret.
    @Override
    public String toString() {
        return "JoinToken(cluster " + cluster + ", seeds " + seeds + ", redacted)";
    }

    private static byte[] decode(String token) {
        byte[] bytes = {};
        if (token.length() <= MAX_TEXT) {
            try {
                bytes = Base64.getUrlDecoder().decode(token.substring(PREFIX.length()));
            } catch (IllegalArgumentException _) { // its message would repeat the token
                throw damaged();
            }
        }
        if (bytes.length < MIN_LENGTH) {
            throw damaged();
        }
        return bytes;
    }

    private static byte[] checksum(byte[] body) {
        return LabelledHash.of(CHECKSUM_LENGTH, "warren join token", body);
    }

    private static IllegalArgumentException damaged() {
        return new IllegalArgumentException(
                "the join token is damaged or cut off: print it again with `warren token`");
    }
}
