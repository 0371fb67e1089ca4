// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.Tun;
import warren.wireguard.Device;

/// One userspace WireGuard interface, alive: TUN device, sockets, packet loops, timer and UAPI.
/// Composed in [#start]; ended by whichever [Ending.Reason] comes first, and then taken down by
/// the thread that calls [#close].
///
/// | thread      | owns                                   |
/// |-------------|----------------------------------------|
/// | `wg0-tx`    | TUN to UDP: one batch, one sender      |
/// | `wg0-rx`    | UDP to TUN: one batch, one sender      |
/// | `wg0-tx1` … | the same for further lanes             |
/// | `wg0-io`    | what `-tx` and `-rx` own, in their     |
/// |             | place where one thread serves both     |
/// | `wg0-timer` | nothing; works under the control lock  |
/// | `wg0-link`  | the rtnetlink monitor                  |
/// | virtual     | one UAPI connection each               |
final class UserspaceDevice implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UserspaceDevice.class.getName());

    /// Closing takes milliseconds; a process that is told to end does end.
    private static final int CLOSE_SECONDS = 5;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Arena arena = Arena.ofShared();
    private final Ending ending = new Ending();
    private final List<Thread> loops = new ArrayList<>();
    private final Tun tun;
    private final List<Lane> lanes;
    private final DeviceControl control;
    private final LinkWatch watch;
    private final UapiServer server;
    private final Thread timer;

    /// Makes the interface `options.name()` and runs it.
    ///
    /// @throws IOException where the interface or its socket cannot be had; nothing is left behind
    static UserspaceDevice start(TunnelOptions options) throws IOException {
        return start(
                options, () -> Queues.open(options.name(), options.offloads(), options.queues()));
    }

    /// As [#start(TunnelOptions)], with a device of the caller's making.
    static UserspaceDevice start(TunnelOptions options, TunSource source) throws IOException {
        UapiSocket socket = UapiSocket.open(options.socketDirectory(), options.name());
        try {
            Tun tun = source.open();
            try {
                tun.mtu(TunnelOptions.DEFAULT_MTU);
                return new UserspaceDevice(options, tun, socket);
            } catch (IOException e) {
                tun.close();
                throw e;
            }
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @FunctionalInterface
    interface TunSource {
        Tun open() throws ErrnoException;
    }

    private UserspaceDevice(TunnelOptions options, Tun tun, UapiSocket socket) throws IOException {
        this.tun = tun;
        Offloads offloads = options.offloads().turnOn(tun);
        this.lanes = Lane.of(tun, offloads.gro());
        List<Underlay> underlays = lanes.stream().map(Lane::underlay).toList();
        SendErrors sendErrors = new SendErrors();
        TunLink link = new TunLink(tun, ending);
        SecureRandom random = new SecureRandom();
        StoredTimestamps timestamps =
                new StoredTimestamps(InstantSource.system(), options.stateDirectory());
        Device device =
                new Device(
                        options.aead(),
                        lanes.size(),
                        random::nextBytes,
                        timestamps,
                        InstantSource.system());
        Sender sender = new Sender(arena, underlays.getFirst(), sendErrors, offloads.gso());
        ListenPort port = new ListenPort(underlays);
        this.control = new DeviceControl(device, timestamps, link, port, sender, System::nanoTime);
        TunnelParts parts =
                new TunnelParts(
                        device, control, link, sendErrors, ending, offloads, System::nanoTime);
        List<PacketLoops> packetLoops =
                lanes.stream().map(lane -> new PacketLoops(arena, parts, lane)).toList();
        this.watch = LinkWatch.open(control, tun.index());
        TimerLoop clock = new TimerLoop(control, ending, System::nanoTime);
        this.server =
                UapiServer.start(
                        socket, control, () -> ending.because(Ending.Reason.SOCKET_REMOVED));
        boolean shared = options.shared() && lanes.size() == 1;
        packetLoops.forEach(pair -> start(pair, options.name(), shared));
        loop(options.name() + "-link", watch::run);
        this.timer = loop(options.name() + "-timer", clock::run);
        LOG.log(
                System.Logger.Level.INFO,
                "Tunnel is ready: interface={0} mtu={1} aead={2} offloads={3} queues={4}"
                        + " socket={5}",
                options.name(),
                Integer.toString(link.mtu()),
                options.aead().name(),
                offloads,
                shared ? "shared" : Integer.toString(lanes.size()),
                socket.path());
    }

    /// Asks the device to end; returns at once.
    void stop() {
        ending.because(Ending.Reason.STOPPED);
    }

    boolean isRunning() {
        return !ending.isDue();
    }

    /// Waits until the device has a reason to end.
    Ending.Reason await() {
        return ending.await();
    }

    /// Takes everything down: UAPI first, so that nobody changes what is being taken down, then
    /// loops, sockets and the interface. Returns when nothing is left.
    @Override
    public void close() throws IOException {
        ending.because(Ending.Reason.STOPPED);
        server.close();
        watch.close();
        lanes.forEach(Lane::wake);
        LockSupport.unpark(timer);
        loops.forEach(UserspaceDevice::join);
        control.shutDown();
        lanes.forEach(Lane::close);
        tun.close();
        arena.close();
        closed.countDown();
    }

    /// Waits until another thread has taken everything down, a few seconds at most.
    void awaitClosed() {
        try {
            var _ = closed.await(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void start(PacketLoops pair, String name, boolean shared) {
        if (shared) {
            var both = new SharedLoop(pair.transmit, pair.receive, ending, pair.lane);
            loop(name + "-io", both::run);
        } else {
            loop(name + "-tx" + pair.suffix, pair.transmit::run);
            loop(name + "-rx" + pair.suffix, pair.receive::run);
        }
    }

    private Thread loop(String name, Loop body) {
        Thread thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> guard(body));
        loops.add(thread);
        thread.start();
        return thread;
    }

    private void guard(Loop body) {
        try {
            body.run();
        } catch (ErrnoException e) {
            if (!interfaceIsGone()) {
                LOG.log(System.Logger.Level.ERROR, "A packet loop failed", e);
                ending.because(Ending.Reason.FAILED);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "A packet loop failed", e);
            ending.because(Ending.Reason.FAILED);
            throw e;
        }
    }

    private boolean interfaceIsGone() {
        try {
            tun.name();
            return false;
        } catch (ErrnoException _) { // the descriptor has no interface any more
            ending.because(Ending.Reason.INTERFACE_DELETED);
            return true;
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// The loops of one lane, not yet running.
    private static final class PacketLoops {
        private final Lane lane;
        private final String suffix;
        private final TransmitLoop transmit;
        private final ReceiveLoop receive;

        PacketLoops(Arena arena, TunnelParts parts, Lane lane) {
            this.lane = lane;
            suffix = lane.number() == 0 ? "" : Integer.toString(lane.number());
            transmit = new TransmitLoop(arena, parts, lane);
            receive = new ReceiveLoop(arena, parts, lane);
        }
    }

    /// What a thread of the device does until the ending is due.
    @FunctionalInterface
    private interface Loop {
        void run() throws ErrnoException;
    }
}
