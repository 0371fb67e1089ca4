// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;

/// The files of `/var/lib/warren` that belong to the cluster, as bytes: a magic word, a version,
/// the body and a checksum. Reading and writing them (atomically, 0600) is the agent's.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class StateFiles {
    private StateFiles() {}

    public static byte[] identity(Identity identity) {
        throw Skeleton.missing();
    }

    /// @throws IllegalArgumentException saying what is wrong with the file, without its content
    public static Identity parseIdentity(byte[] file) {
        throw Skeleton.missing();
    }

    public static byte[] secrets(ClusterId cluster, List<ClusterSecret> secrets) {
        throw Skeleton.missing();
    }

    /// @throws IllegalArgumentException saying what is wrong with the file, without its content
    public static List<ClusterSecret> parseSecrets(byte[] file) {
        throw Skeleton.missing();
    }

    public static byte[] records(ClusterDescriptor cluster, List<NodeRecord> records) {
        throw Skeleton.missing();
    }

    /// What the records file holds. The own node's record is among the records.
    public record Records(ClusterDescriptor cluster, List<NodeRecord> records) {}

    /// Skips records that are damaged; those of others are checked again when they are learnt.
    ///
    /// @throws IllegalArgumentException saying what is wrong with the file
    public static Records parseRecords(byte[] file) {
        throw Skeleton.missing();
    }
}
