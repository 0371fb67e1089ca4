// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import warren.linux.errno.ErrnoException;
import warren.wireguard.Device;
import warren.wireguard.Outbox;
import warren.wireguard.Peer;
import warren.wireguard.PublicKey;

/// What changes a device at run time: UAPI requests, the state of its interface, and time. All of
/// it takes turns under one lock, which the packet loops do not take for packets. Thread-safe.
///
/// | interface | sockets | device |
/// |-----------|---------|--------|
/// | down      | closed  | down   |
/// | up        | open    | up     |
/// | up, port refused | closed | down, tried again every second |
final class DeviceControl implements UapiTarget {
    private static final System.Logger LOG = System.getLogger(DeviceControl.class.getName());

    private final Object lock = new Object();
    private final Device device;
    private final StoredTimestamps timestamps;
    private final TunLink link;
    private final ListenPort listenPort;
    private final LongSupplier nanoClock;

    @GuardedBy("lock")
    private final Sender sender;

    @GuardedBy("lock")
    private final Outbox outbox = new Outbox();

    /// The port that was asked for, or that the kernel chose; kept while the sockets are closed.
    @GuardedBy("lock")
    private int port;

    @GuardedBy("lock")
    private int mark;

    /// Why the device is down although its interface is up; null where it is not. Retries are
    /// silent, but who sets the port is told.
    @GuardedBy("lock")
    private @Nullable ErrnoException portTrouble;

    DeviceControl(
            Device device,
            StoredTimestamps timestamps,
            TunLink link,
            ListenPort listenPort,
            Sender sender,
            LongSupplier nanoClock) {
        this.device = device;
        this.timestamps = timestamps;
        this.link = link;
        this.listenPort = listenPort;
        this.sender = sender;
        this.nanoClock = nanoClock;
    }

    @Override
    public DeviceState state() {
        synchronized (lock) {
            followInterface();
            List<PeerState> peers = new ArrayList<>();
            for (Peer peer : device.peers()) {
                peers.add(state(peer));
            }
            return new DeviceState(device.privateKey(), port, mark, peers);
        }
    }

    @Override
    public int apply(List<UapiLine> lines) {
        synchronized (lock) {
            followInterface(); // who sets a link up and then a port sees the port tried
            PeerCursor cursor = new PeerCursor();
            try {
                for (UapiLine line : lines) {
                    apply(line, cursor);
                }
                cursor.settle();
                return 0;
            } catch (ErrnoException e) {
                LOG.log(System.Logger.Level.WARNING, "UAPI change refused: {0}", e.getMessage());
                return e.errno();
            } finally {
                drain();
            }
        }
    }

    /// Brings sockets and device in line with the interface: called when it may have changed, and
    /// every second.
    void followInterface() {
        synchronized (lock) {
            boolean wanted = link.refresh();
            if (wanted && !device.isUp()) {
                up();
            } else if (!wanted) {
                portTrouble = null;
                if (device.isUp()) {
                    down();
                }
            }
        }
    }

    /// Lets routing choose the source addresses anew, as after routes or addresses changed; the
    /// next datagram from a peer says again which one it likes.
    void forgetSources() {
        synchronized (lock) {
            device.peers().forEach(Peer::forgetSource);
        }
    }

    /// Does what is due.
    ///
    /// @return the next deadline
    long onTimer() {
        synchronized (lock) {
            long now = nanoClock.getAsLong();
            long deadline = device.onTimer(now, outbox);
            sender.drain(outbox, link.mtu(), now);
            return deadline;
        }
    }

    /// Ends all sessions and closes the sockets.
    void shutDown() {
        synchronized (lock) {
            down();
        }
    }

    int port() {
        synchronized (lock) {
            return port;
        }
    }

    @GuardedBy("lock")
    private void apply(UapiLine line, PeerCursor cursor) throws ErrnoException {
        switch (line) {
            case UapiLine.SetPrivateKey set -> {
                device.setPrivateKey(set.key());
                timestamps.use(device.publicKey());
            }
            case UapiLine.SetListenPort set -> listen(set.port());
            case UapiLine.SetFwmark set -> mark(set.mark());
            case UapiLine.SelectPeer select -> cursor.select(select.key());
            case UapiLine.Flag flag -> apply(flag, cursor);
            case UapiLine.SetPresharedKey _,
                    UapiLine.SetEndpoint _,
                    UapiLine.SetPersistentKeepalive _,
                    UapiLine.AddAllowedIp _,
                    UapiLine.RemoveAllowedIp _ -> {
                Peer peer = cursor.peer();
                if (peer != null) {
                    apply(line, peer);
                }
            }
        }
    }

    @GuardedBy("lock")
    private void apply(UapiLine.Flag flag, PeerCursor cursor) {
        switch (flag) {
            case REPLACE_PEERS -> device.removePeers();
            case UPDATE_ONLY -> cursor.updateOnly();
            case REMOVE -> cursor.remove();
            case REPLACE_ALLOWED_IPS -> {
                Peer peer = cursor.peer();
                if (peer != null) {
                    peer.disallowAll();
                }
            }
            case PROTOCOL_VERSION -> {} // there is only the one, checked when parsed
        }
    }

    @GuardedBy("lock")
    private void apply(UapiLine line, Peer peer) {
        switch (line) {
            case UapiLine.SetPresharedKey set -> peer.setPresharedKey(set.key());
            case UapiLine.SetEndpoint set -> peer.setEndpoint(set.endpoint());
            case UapiLine.SetPersistentKeepalive set ->
                    peer.setPersistentKeepalive(set.seconds(), nanoClock.getAsLong(), outbox);
            case UapiLine.AddAllowedIp add -> peer.allow(add.prefix());
            case UapiLine.RemoveAllowedIp remove -> peer.disallow(remove.prefix());
            case UapiLine.SetPrivateKey _,
                    UapiLine.SetListenPort _,
                    UapiLine.SetFwmark _,
                    UapiLine.SelectPeer _,
                    UapiLine.Flag _ ->
                    throw new IllegalStateException("not a line about a peer");
        }
    }

    /// Port 0 asks for a new port of the kernel's choice, as with the kernel's WireGuard.
    @GuardedBy("lock")
    private void listen(int wanted) throws ErrnoException {
        if (wanted != 0 && wanted == port) {
            if (portTrouble != null) {
                throw portTrouble;
            }
            return;
        }
        if (device.isUp()) {
            listenPort.open(wanted, mark);
            port = listenPort.number();
            forgetSources();
        } else {
            port = wanted;
        }
    }

    @GuardedBy("lock")
    private void mark(int wanted) throws ErrnoException {
        listenPort.mark(wanted);
        mark = wanted;
        forgetSources();
    }

    @GuardedBy("lock")
    private void up() {
        try {
            listenPort.open(port, mark);
            port = listenPort.number();
            portTrouble = null;
        } catch (ErrnoException e) {
            if (portTrouble == null || portTrouble.errno() != e.errno()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The device stays down until its port can be opened: {0}",
                        e.getMessage());
            }
            portTrouble = e;
            return;
        }
        device.up(nanoClock.getAsLong(), outbox);
        drain();
        LOG.log(
                System.Logger.Level.INFO,
                "Interface is up: port={0} mtu={1}",
                Integer.toString(port),
                Integer.toString(link.mtu()));
    }

    @GuardedBy("lock")
    private void down() {
        if (device.isUp()) {
            LOG.log(System.Logger.Level.INFO, "Interface is down");
        }
        device.down();
        listenPort.close();
    }

    @GuardedBy("lock")
    private void drain() {
        sender.drain(outbox, link.mtu(), nanoClock.getAsLong());
    }

    private static PeerState state(Peer peer) {
        return new PeerState(
                peer.publicKey(),
                peer.presharedKey(),
                peer.endpoint(),
                peer.lastHandshake(),
                peer.receivedBytes(),
                peer.sentBytes(),
                peer.persistentKeepalive(),
                peer.allowedIps());
    }

    /// The peer that the lines of a request are about. A peer is made by the first line that needs
    /// it, so that `update_only` and `remove` of an unknown one never make it for a moment.
    private final class PeerCursor {
        private @Nullable PublicKey selected;
        private @Nullable Peer peer;
        private boolean created;

        void select(PublicKey key) {
            settle();
            selected = key;
            peer = device.peer(key);
            created = false;
        }

        /// Null where there is none to change: it is our own key, or removed, or must not be made.
        @Nullable Peer peer() {
            if (peer == null && selected != null) {
                peer = device.addPeer(selected);
                created = peer != null;
                selected = null;
            }
            return peer;
        }

        void updateOnly() {
            if (created) {
                remove();
            } else if (peer == null) {
                selected = null;
            }
        }

        void remove() {
            if (peer != null) {
                device.removePeer(peer.publicKey());
            }
            peer = null;
            selected = null;
        }

        void settle() {
            var _ = peer();
        }
    }
}
