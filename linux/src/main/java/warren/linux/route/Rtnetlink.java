// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import warren.linux.errno.Errno;
import warren.linux.namespace.NetworkNamespace;
import warren.linux.netlink.NetlinkConstants;
import warren.linux.netlink.NetlinkException;
import warren.linux.netlink.NetlinkMessage;
import warren.linux.netlink.NetlinkRequest;
import warren.linux.netlink.NetlinkSocket;
import warren.linux.netlink.PayloadReader;
import warren.linux.netlink.PayloadWriter;

/// Reads and changes the network objects of one network namespace, one request at a time.
///
/// `…Add` refuses what exists already (`EEXIST`), `…Replace` makes it so either way, `…Delete`
/// answers whether there was something to delete. All throw `NetlinkException` when the kernel
/// refuses. Thread-safe.
public final class Rtnetlink implements AutoCloseable {
    private static final int CREATE = NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL;
    private static final int REPLACE =
            NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_REPLACE;

    private final NetlinkSocket socket;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// In the calling thread's namespace.
    public static Rtnetlink open() throws IOException {
        return new Rtnetlink(NetlinkSocket.open(NetlinkConstants.NETLINK_ROUTE));
    }

    /// In another namespace, which it keeps alive until it is closed.
    public static Rtnetlink open(NetworkNamespace namespace) throws IOException {
        return namespace.run(Rtnetlink::open);
    }

    public List<Link> links() throws IOException {
        return list(
                "link",
                RtnetlinkConstants.RTM_GETLINK,
                LinkCodec.query(0, null),
                LinkCodec::decode);
    }

    /// Null when there is no link of that index.
    public @Nullable Link link(int index) throws IOException {
        return getLink("link show " + index, LinkCodec.query(index, null));
    }

    /// Null when there is no link of that name.
    public @Nullable Link link(String name) throws IOException {
        return getLink("link show " + name, LinkCodec.query(0, LinkSettings.requireName(name)));
    }

    /// Makes a link and returns it as the kernel has it now. It is complete, alias included, before
    /// it is set up; if something of it is refused, none of it is left.
    @CanIgnoreReturnValue
    public Link linkAdd(NewLink link) throws IOException {
        String operation = "link add " + link.name();
        execute(operation, RtnetlinkConstants.RTM_NEWLINK, CREATE, LinkCodec.create(link));
        try {
            var made = linkNow(operation, link.name());
            linkSet(made.index(), link.settings());
            return linkNow(operation, link.name());
        } catch (IOException e) {
            deleteAfter(e, link.name());
            throw e;
        }
    }

    /// Changes what `settings` names, all or, where the kernel refuses one of them, some of it.
    public void linkSet(int index, LinkSettings settings) throws IOException {
        if (!settings.equals(LinkSettings.NONE)) {
            execute(
                    "link set " + index,
                    RtnetlinkConstants.RTM_SETLINK,
                    0,
                    LinkCodec.set(index, settings));
        }
    }

    /// Moves a link to another namespace, where it is down, has no addresses, and may have another
    /// index.
    public void linkMove(int index, NetworkNamespace namespace) throws IOException {
        execute(
                "link set " + index + " netns " + namespace,
                RtnetlinkConstants.RTM_SETLINK,
                0,
                LinkCodec.move(index, namespace.fd()));
    }

    /// Deletes a link, and with one end of a veth pair the other.
    @CanIgnoreReturnValue
    public boolean linkDelete(int index) throws IOException {
        return delete(
                "link delete " + index,
                RtnetlinkConstants.RTM_DELLINK,
                LinkCodec.header(index),
                Errno.ENODEV);
    }

    /// The addresses of all links and both families.
    public List<AssignedAddress> addresses() throws IOException {
        return list(
                "address",
                RtnetlinkConstants.RTM_GETADDR,
                AddressCodec.query(),
                AddressCodec::decode);
    }

    public void addressAdd(AssignedAddress address) throws IOException {
        addressNew("add", CREATE, address);
    }

    /// Adds the address, or gives the same one the flags and scope of this.
    public void addressReplace(AssignedAddress address) throws IOException {
        addressNew("replace", REPLACE, address);
    }

    @CanIgnoreReturnValue
    public boolean addressDelete(AssignedAddress address) throws IOException {
        return delete(
                "address delete " + address.address() + " link " + address.link(),
                RtnetlinkConstants.RTM_DELADDR,
                AddressCodec.encode(address),
                Errno.EADDRNOTAVAIL);
    }

    public List<Route> routes(RouteFilter filter) throws IOException {
        try {
            return list(
                    "route",
                    RtnetlinkConstants.RTM_GETROUTE,
                    RouteCodec.query(filter),
                    RouteCodec::decode);
        } catch (NetlinkException e) {
            // A table that nobody has put a route into does not exist for the kernel.
            if (e.errno() == Errno.ENOENT && filter.table() != 0) {
                return List.of();
            }
            throw e;
        }
    }

    public void routeAdd(Route route) throws IOException {
        routeNew("add", CREATE, route);
    }

    /// Adds the route, or puts it in the place of that of the same destination, table and priority.
    public void routeReplace(Route route) throws IOException {
        routeNew("replace", REPLACE, route);
    }

    /// Deletes the route that matches all that is present in `route`, its MTU and source left
    /// aside.
    @CanIgnoreReturnValue
    public boolean routeDelete(Route route) throws IOException {
        return delete(
                "route delete " + route.destination(),
                RtnetlinkConstants.RTM_DELROUTE,
                RouteCodec.encodeDeletion(route),
                Errno.ESRCH);
    }

    public List<Rule> rules(Family family) throws IOException {
        return list(
                "rule", RtnetlinkConstants.RTM_GETRULE, RuleCodec.query(family), RuleCodec::decode);
    }

    public void ruleAdd(Rule rule) throws IOException {
        execute(
                "rule add " + rule.priority(),
                RtnetlinkConstants.RTM_NEWRULE,
                CREATE,
                RuleCodec.encode(rule));
    }

    /// Deletes the first rule that matches all that is present in `rule`.
    @CanIgnoreReturnValue
    public boolean ruleDelete(Rule rule) throws IOException {
        return delete(
                "rule delete " + rule.priority(),
                RtnetlinkConstants.RTM_DELRULE,
                RuleCodec.encode(rule),
                Errno.ENOENT);
    }

    /// The neighbours of all links and both families, without proxies.
    public List<Neighbour> neighbours() throws IOException {
        return list(
                "neighbour",
                RtnetlinkConstants.RTM_GETNEIGH,
                NeighbourCodec.query(false),
                NeighbourCodec::decode);
    }

    /// The addresses the host answers for, on all links and of both families.
    public List<Neighbour> proxies() throws IOException {
        return list(
                "neighbour proxy",
                RtnetlinkConstants.RTM_GETNEIGH,
                NeighbourCodec.query(true),
                NeighbourCodec::decode);
    }

    public void neighbourAdd(Neighbour neighbour) throws IOException {
        neighbourNew("add", CREATE, neighbour);
    }

    public void neighbourReplace(Neighbour neighbour) throws IOException {
        neighbourNew("replace", REPLACE, neighbour);
    }

    @CanIgnoreReturnValue
    public boolean neighbourDelete(Neighbour neighbour) throws IOException {
        return delete(
                "neighbour delete " + neighbour.address().getHostAddress(),
                RtnetlinkConstants.RTM_DELNEIGH,
                NeighbourCodec.encode(neighbour),
                Errno.ENOENT);
    }

    @Override
    public void close() {
        socket.close();
    }

    private void addressNew(String verb, int flags, AssignedAddress address) throws IOException {
        execute(
                "address " + verb + " " + address.address() + " link " + address.link(),
                RtnetlinkConstants.RTM_NEWADDR,
                flags,
                AddressCodec.encode(address));
    }

    private void routeNew(String verb, int flags, Route route) throws IOException {
        execute(
                "route " + verb + " " + route.destination(),
                RtnetlinkConstants.RTM_NEWROUTE,
                flags,
                RouteCodec.encode(route));
    }

    private void neighbourNew(String verb, int flags, Neighbour neighbour) throws IOException {
        execute(
                "neighbour " + verb + " " + neighbour.address().getHostAddress(),
                RtnetlinkConstants.RTM_NEWNEIGH,
                flags,
                NeighbourCodec.encode(neighbour));
    }

    private Link linkNow(String operation, String name) throws IOException {
        var link = link(name);
        if (link == null) {
            throw new NetlinkException(operation, Errno.ENODEV, "somebody deleted it");
        }
        return link;
    }

    private void deleteAfter(IOException failure, String name) {
        try {
            var link = link(name);
            if (link != null) {
                linkDelete(link.index());
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private @Nullable Link getLink(String operation, PayloadWriter query) throws IOException {
        try {
            var request = new NetlinkRequest(operation, RtnetlinkConstants.RTM_GETLINK, 0, query);
            var found = decode(operation, socket.ask(request), LinkCodec::decode);
            return found.isEmpty() ? null : found.getFirst();
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENODEV) {
                return null;
            }
            throw e;
        }
    }

    private void execute(String operation, int type, int flags, PayloadWriter payload)
            throws IOException {
        socket.execute(new NetlinkRequest(operation, type, flags, payload));
    }

    private boolean delete(String operation, int type, PayloadWriter payload, int absent)
            throws IOException {
        try {
            execute(operation, type, 0, payload);
            return true;
        } catch (NetlinkException e) {
            if (e.errno() == absent) {
                return false;
            }
            throw e;
        }
    }

    private <T> List<T> list(
            String what,
            int type,
            PayloadWriter query,
            Function<PayloadReader, @Nullable T> decoder)
            throws IOException {
        String operation = what + " show";
        return decode(
                operation, socket.dump(new NetlinkRequest(operation, type, 0, query)), decoder);
    }

    private static <T> List<T> decode(
            String operation,
            List<NetlinkMessage> messages,
            Function<PayloadReader, @Nullable T> decoder)
            throws NetlinkException {
        var objects = new ArrayList<T>(messages.size());
        for (var message : messages) {
            var payload = message.payload();
            var object = decoder.apply(payload);
            if (payload.malformed() != null) {
                throw new NetlinkException(
                        operation, Errno.EPROTO, "answer is " + payload.malformed());
            }
            if (object != null) {
                objects.add(object);
            }
        }
        return List.copyOf(objects);
    }
}
