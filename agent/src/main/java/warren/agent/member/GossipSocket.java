// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import warren.cluster.Gossip;
import warren.wireguard.IpAddress;

/// The UDP socket on this node's address, inside the tunnel. One thread receives; any may send.
///
/// It is bound to the node address alone, so nothing on the underlay is addressed to it; what a
/// process or container of this host sends to it lacks the pair's MAC and is dropped by the core.
final class GossipSocket implements AutoCloseable {
    private static final Logger LOG = System.getLogger(GossipSocket.class.getName());

    /// Takes what was received; the array is its to keep.
    interface Receiver {
        void onDatagram(IpAddress from, byte[] payload);
    }

    private final DatagramChannel channel;
    private final int port;

    private GossipSocket(DatagramChannel channel, int port) {
        this.channel = channel;
        this.port = port;
    }

    /// Binds and starts to receive.
    ///
    /// @throws IOException where the address is not on any link (yet)
    static GossipSocket open(IpAddress address, int port, Receiver receiver) throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET6);
        try {
            channel.bind(new InetSocketAddress(address.toInetAddress(), port));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        GossipSocket socket = new GossipSocket(channel, port);
        // A platform thread: a virtual one takes two more wake-ups a datagram, of the poller and of
        // a carrier, which on an idle node is as much as all else that gossip costs.
        Thread.ofPlatform().name("gossip-rx").daemon(true).start(() -> socket.receive(receiver));
        return socket;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /// Best effort: whatever stops a datagram, the core sees as loss.
    void send(IpAddress to, byte[] payload) {
        try {
            channel.send(ByteBuffer.wrap(payload), new InetSocketAddress(to.toInetAddress(), port));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "gossip not sent to={0} reason={1}", to, e.getMessage());
        }
    }

    private void receive(Receiver receiver) {
        // One more byte than is allowed, so that a longer datagram is seen to be longer.
        ByteBuffer buffer = ByteBuffer.allocate(Gossip.MAX_DATAGRAM + 1);
        while (channel.isOpen()) {
            try {
                buffer.clear();
                if (channel.receive(buffer) instanceof InetSocketAddress from
                        && from.getPort() == port) {
                    byte[] payload = new byte[buffer.flip().remaining()];
                    buffer.get(payload);
                    receiver.onDatagram(IpAddress.of(from.getAddress()), payload);
                }
            } catch (IOException e) {
                if (channel.isOpen()) {
                    LOG.log(Level.DEBUG, "gossip not received reason={0}", e.getMessage());
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
