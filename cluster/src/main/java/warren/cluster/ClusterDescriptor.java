// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// What all nodes of a cluster agree on. Immutable.
///
/// @param name as people call the cluster
/// @param epoch the epoch of the newest secret
public record ClusterDescriptor(ClusterId id, String name, OverlayNetwork network, int epoch) {}
