// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import java.util.random.RandomGenerator;

/// The newcomer's side of the join exchange, `docs/join.md`; a node that lost its peers uses the
/// same exchange to find them again. One object per attempt; confined to whoever owns the
/// stream.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class JoinInitiator implements AutoCloseable {
    /// @param host as the user named the responder, for messages
    /// @param record our record, signed for `cluster`
    /// @param random a cryptographically strong generator
    public JoinInitiator(
            String host,
            ClusterId cluster,
            ClusterSecret secret,
            Identity identity,
            NodeRecord record,
            RandomGenerator random) {
        throw Skeleton.missing();
    }

    /// The first bytes to write.
    public List<JoinStep> start() {
        throw Skeleton.missing();
    }

    /// @param bytes whatever the stream had, in any pieces; not kept
    public List<JoinStep> onBytes(byte[] bytes) {
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
