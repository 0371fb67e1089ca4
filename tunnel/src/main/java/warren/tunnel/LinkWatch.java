// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import warren.linux.route.NetworkEvent;
import warren.linux.route.NetworkMonitor;

/// Hears from the kernel when the interface changes, so that `ip link set up` is followed at once,
/// and when routes or addresses do, which makes learnt source addresses doubtful. Where the kernel
/// will not tell, the timer's look every second has to do. One thread.
final class LinkWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LinkWatch.class.getName());

    private final @Nullable NetworkMonitor monitor;
    private final DeviceControl control;
    private final int index;

    private LinkWatch(@Nullable NetworkMonitor monitor, DeviceControl control, int index) {
        this.monitor = monitor;
        this.control = control;
        this.index = index;
    }

    /// @param index of the interface, which it keeps when it is renamed
    static LinkWatch open(DeviceControl control, int index) {
        try {
            var topics =
                    EnumSet.of(
                            NetworkMonitor.Topic.LINKS,
                            NetworkMonitor.Topic.ADDRESSES,
                            NetworkMonitor.Topic.ROUTES);
            NetworkMonitor monitor = NetworkMonitor.open(topics);
            monitor.announceLinks(); // the interface may have been set up meanwhile
            return new LinkWatch(monitor, control, index);
        } catch (IOException e) {
            warn(e);
            return new LinkWatch(null, control, index);
        }
    }

    /// Runs until closed.
    void run() {
        if (monitor == null) {
            return;
        }
        try {
            NetworkEvent event = monitor.receive();
            while (event != null) {
                follow(event);
                event = monitor.receive();
            }
        } catch (IOException e) {
            warn(e);
        }
    }

    @Override
    public void close() {
        if (monitor != null) {
            monitor.close();
        }
    }

    private void follow(NetworkEvent event) {
        switch (event) {
            case NetworkEvent.LinkChanged changed -> {
                if (changed.link().index() == index) {
                    control.followInterface();
                }
            }
            case NetworkEvent.LinkRemoved removed -> {
                if (removed.link().index() == index) {
                    control.followInterface();
                }
            }
            case NetworkEvent.Resync _ -> {
                control.followInterface();
                control.forgetSources();
            }
            case NetworkEvent.AddressChanged _,
                    NetworkEvent.AddressRemoved _,
                    NetworkEvent.RouteChanged _,
                    NetworkEvent.RouteRemoved _ ->
                    control.forgetSources();
            case NetworkEvent.RuleChanged _,
                    NetworkEvent.RuleRemoved _,
                    NetworkEvent.NeighbourChanged _,
                    NetworkEvent.NeighbourRemoved _ -> {} // not subscribed to
        }
    }

    private static void warn(IOException e) {
        LOG.log(
                System.Logger.Level.WARNING,
                "Interface changes are noticed within a second only: {0}",
                e.getMessage());
    }
}
