// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.namespace.NetworkNamespace;
import warren.linux.netlink.NetlinkConstants;
import warren.linux.netlink.NetlinkMessage;
import warren.linux.netlink.NetlinkRequest;
import warren.linux.netlink.NetlinkSocket;
import warren.linux.netlink.PayloadReader;

/// Says what changes in a network namespace.
///
/// Events begin with `open`: open the monitor first and list afterwards, and nothing is missed. One
/// thread, a platform thread, waits in `receive`; any thread may `close`.
public final class NetworkMonitor implements AutoCloseable {
    /// Room for some thousands of events, so that a burst (a node with many containers starts) is
    /// no `Resync`.
    private static final int RECEIVE_BUFFER = 1 << 20;

    /// What to hear of, in both families.
    public enum Topic {
        LINKS(RtnetlinkConstants.RTNLGRP_LINK),
        ADDRESSES(RtnetlinkConstants.RTNLGRP_IPV4_IFADDR, RtnetlinkConstants.RTNLGRP_IPV6_IFADDR),
        ROUTES(RtnetlinkConstants.RTNLGRP_IPV4_ROUTE, RtnetlinkConstants.RTNLGRP_IPV6_ROUTE),
        RULES(RtnetlinkConstants.RTNLGRP_IPV4_RULE, RtnetlinkConstants.RTNLGRP_IPV6_RULE),
        NEIGHBOURS(RtnetlinkConstants.RTNLGRP_NEIGH);

        private final int ipv4Group;
        private final int ipv6Group;

        /// For a topic whose one group has both families.
        Topic(int group) {
            this(group, group);
        }

        Topic(int ipv4Group, int ipv6Group) {
            this.ipv4Group = ipv4Group;
            this.ipv6Group = ipv6Group;
        }
    }

    private final NetlinkSocket socket;

    // Owned by the thread that receives.
    private final Queue<NetworkEvent> pending = new ArrayDeque<>();

    private NetworkMonitor(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// In the calling thread's namespace.
    public static NetworkMonitor open(Set<Topic> topics) throws IOException {
        return open(topics, RECEIVE_BUFFER);
    }

    /// In another namespace, which it keeps alive until it is closed.
    public static NetworkMonitor open(NetworkNamespace namespace, Set<Topic> topics)
            throws IOException {
        return namespace.run(() -> open(topics));
    }

    static NetworkMonitor open(Set<Topic> topics, int receiveBuffer) throws IOException {
        var socket = NetlinkSocket.open(NetlinkConstants.NETLINK_ROUTE);
        try {
            socket.receiveBuffer(receiveBuffer);
            for (var topic : topics) {
                socket.join(topic.ipv4Group);
                socket.join(topic.ipv6Group);
            }
            return new NetworkMonitor(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// Has the links that there are come as events too, so that nobody has to look before
    /// listening. Once, before the first [#receive].
    public void announceLinks() throws IOException {
        socket.announce(
                new NetlinkRequest(
                        "link show", RtnetlinkConstants.RTM_GETLINK, 0, LinkCodec.query(0, null)));
    }

    /// Waits for the next event; null once the monitor is closed.
    public @Nullable NetworkEvent receive() throws IOException {
        while (pending.isEmpty()) {
            try {
                var batch = socket.receive();
                if (batch == null) {
                    return null;
                }
                accept(batch);
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOBUFS) {
                    throw e;
                }
                pending.add(NetworkEvent.Resync.OVERFLOW);
            }
        }
        return pending.remove();
    }

    @Override
    public void close() {
        socket.close();
    }

    private void accept(NetlinkMessage.Batch batch) {
        for (var message : batch.messages()) {
            var event = decode(message);
            if (event != null) {
                pending.add(event);
            }
        }
        if (batch.malformed() != null) {
            pending.add(NetworkEvent.Resync.MALFORMED);
        }
    }

    /// Null for a message that is no event of ours.
    static @Nullable NetworkEvent decode(NetlinkMessage message) {
        var in = message.payload();
        return switch (message.type()) {
            case RtnetlinkConstants.RTM_NEWLINK ->
                    event(in, LinkCodec::decode, NetworkEvent.LinkChanged::new);
            case RtnetlinkConstants.RTM_DELLINK ->
                    event(in, LinkCodec::decode, NetworkEvent.LinkRemoved::new);
            case RtnetlinkConstants.RTM_NEWADDR ->
                    event(in, AddressCodec::decode, NetworkEvent.AddressChanged::new);
            case RtnetlinkConstants.RTM_DELADDR ->
                    event(in, AddressCodec::decode, NetworkEvent.AddressRemoved::new);
            case RtnetlinkConstants.RTM_NEWROUTE ->
                    event(in, RouteCodec::decode, NetworkEvent.RouteChanged::new);
            case RtnetlinkConstants.RTM_DELROUTE ->
                    event(in, RouteCodec::decode, NetworkEvent.RouteRemoved::new);
            case RtnetlinkConstants.RTM_NEWRULE ->
                    event(in, RuleCodec::decode, NetworkEvent.RuleChanged::new);
            case RtnetlinkConstants.RTM_DELRULE ->
                    event(in, RuleCodec::decode, NetworkEvent.RuleRemoved::new);
            case RtnetlinkConstants.RTM_NEWNEIGH ->
                    event(in, NeighbourCodec::decode, NetworkEvent.NeighbourChanged::new);
            case RtnetlinkConstants.RTM_DELNEIGH ->
                    event(in, NeighbourCodec::decode, NetworkEvent.NeighbourRemoved::new);
            default -> null;
        };
    }

    private static <T> @Nullable NetworkEvent event(
            PayloadReader in,
            Function<PayloadReader, @Nullable T> decoder,
            Function<T, NetworkEvent> maker) {
        var object = decoder.apply(in);
        if (in.malformed() != null) {
            return NetworkEvent.Resync.MALFORMED;
        }
        return object == null ? null : maker.apply(object);
    }
}
