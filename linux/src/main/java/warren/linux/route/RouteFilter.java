// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

/// Which routes to list: the kernel sends no others. Immutable.
///
/// @param table 0 for every table
/// @param protocol 0 for every protocol
/// @param link index of the link routes leave by, or 0
public record RouteFilter(Family family, int table, int protocol, int link) {
    public static RouteFilter all(Family family) {
        return new RouteFilter(family, 0, 0, 0);
    }

    public RouteFilter inTable(int value) {
        return new RouteFilter(family, value, protocol, link);
    }

    public RouteFilter ofProtocol(int value) {
        return new RouteFilter(family, table, value, link);
    }

    public RouteFilter byLink(int value) {
        return new RouteFilter(family, table, protocol, value);
    }
}
