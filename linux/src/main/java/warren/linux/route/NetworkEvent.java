// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

/// A change of the kernel's network objects. Immutable.
public sealed interface NetworkEvent {
    /// A link is new, or something of it changed. The kernel does not tell when only the alias of a
    /// link that is down changes.
    record LinkChanged(Link link) implements NetworkEvent {}

    /// A link is gone: deleted, or moved to another namespace.
    record LinkRemoved(Link link) implements NetworkEvent {}

    record AddressChanged(AssignedAddress address) implements NetworkEvent {}

    record AddressRemoved(AssignedAddress address) implements NetworkEvent {}

    record RouteChanged(Route route) implements NetworkEvent {}

    record RouteRemoved(Route route) implements NetworkEvent {}

    record RuleChanged(Rule rule) implements NetworkEvent {}

    record RuleRemoved(Rule rule) implements NetworkEvent {}

    record NeighbourChanged(Neighbour neighbour) implements NetworkEvent {}

    record NeighbourRemoved(Neighbour neighbour) implements NetworkEvent {}

    /// Events were lost, or one was not understood: what is known must be listed anew.
    enum Resync implements NetworkEvent {
        /// The kernel had more to say than the socket holds (`ENOBUFS`).
        OVERFLOW,
        MALFORMED
    }
}
