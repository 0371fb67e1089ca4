// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import java.util.random.RandomGenerator;

/// The member's side of the join exchange, `docs/join.md`. One object per accepted connection;
/// confined to whoever owns the stream. The owner closes connections that take longer than
/// [#TIMEOUT_SECONDS] and asks [JoinLimiter] before making one.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class JoinResponder implements AutoCloseable {
    public static final int TIMEOUT_SECONDS = 10;

    /// What the responder must know of its cluster; asked once, when the newcomer has proved
    /// that it holds the secret. May be called from the thread that owns the stream.
    public interface Cluster {
        ClusterDescriptor descriptor();

        boolean isEvicted(NodeId id);

        /// Everything known, our own record included.
        List<KnownNode> known();
    }

    /// @param secrets the epochs that may join, newest first; at most three are tried
    /// @param random a cryptographically strong generator
    public JoinResponder(
            ClusterId cluster,
            List<ClusterSecret> secrets,
            Identity identity,
            Cluster port,
            RandomGenerator random) {
        throw Skeleton.missing();
    }

    /// @param bytes whatever the stream had, in any pieces; not kept
    public List<JoinStep> onBytes(byte[] bytes) {
        throw Skeleton.missing();
    }

    /// The newcomer is installed: answers it.
    public List<JoinStep> installed() {
        throw Skeleton.missing();
    }

    /// The stream ended.
    public List<JoinStep> onEnd() {
        throw Skeleton.missing();
    }

    /// Wipes the keys. Idempotent.
    @Override
    public void close() {
        throw Skeleton.missing();
    }
}
