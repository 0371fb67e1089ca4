// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import warren.linux.EventFd;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.Tun;
import warren.linux.udp.UdpPort;
import warren.linux.udp.UdpSocket;
import warren.wireguard.Device;
import warren.wireguard.IncreasingTimestamps;
import warren.wireguard.IpPrefix;
import warren.wireguard.Outbox;
import warren.wireguard.Peer;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;
import warren.wireguard.Tai64n;

/// Many WireGuard peers that together cost hardly more than one: identities of their own behind one
/// TUN device, one port and one thread a direction. What a device under test has at its far end
/// when
/// it talks to hundreds, where hundreds of devices on the same machine would take its CPU away.
///
///     10.201.0.N  ── identity N ──┐
///     10.202.x.y  ── identity 0 ──┴── one TUN device, one UDP port
///
/// Which identity a packet from the TUN device leaves by is told by its source address, and which
/// one a datagram is for by its receiver index: an index holds the identity's number in its upper
/// half. Good for tests alone: such indices are half as random as they should be.
public final class Crowd {
    /// Of an index, the bits above which the number of the identity stands.
    private static final int INDEX_BITS = 16;

    private static final int SOCKET_BUFFER_BYTES = 4 << 20;
    private static final int TICK_MILLIS = 250;

    private static final int ADDRESS_OF_MANY = (10 << 8) + 201;

    private final Tun tun;
    private final Offloads offloads;
    private final Underlay underlay;
    private final List<Device> devices = new ArrayList<>();
    private final List<Peer> peers = new ArrayList<>();
    private final SendErrors errors = new SendErrors();

    private Crowd(String name, int port) throws ErrnoException {
        this.tun = Offloads.ALL.open(name);
        this.offloads = Offloads.ALL.turnOn(tun);
        this.underlay = new Underlay(EventFd.open(), offloads.gro());
        UdpPort opened = UdpPort.open(port);
        UdpSocket socket = opened.v4();
        var _ = socket.receiveBuffer(SOCKET_BUFFER_BYTES);
        var _ = socket.sendBuffer(SOCKET_BUFFER_BYTES);
        underlay.change(opened);
    }

    /// Runs until it is killed; says `ready` once it listens.
    ///
    /// @param words name of the interface, port, and the public key and address of the device at
    /// the
    ///     other end; the identities' private keys come by standard input, one a line
    public static void main(String[] words) throws IOException {
        Crowd crowd = new Crowd(words[0], Integer.parseInt(words[1]));
        PublicKey other = PublicKey.ofBase64(words[2]);
        IpPrefix inside = IpPrefix.parse(words[3] + "/32");
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            crowd.add(PrivateKey.ofBase64(line), other, inside);
        }
        Thread.ofPlatform().name("crowd-tx").start(() -> run(crowd::transmit));
        Thread.ofPlatform().name("crowd-rx").start(() -> run(crowd::receive));
        System.out.println("ready");
        crowd.keepTime();
    }

    private void add(PrivateKey key, PublicKey other, IpPrefix inside) {
        int number = devices.size();
        SecureRandom random = new SecureRandom();
        Device device =
                new Device(
                        AeadChoice.choose("libcrypto"),
                        bytes -> fill(bytes, random, number),
                        new IncreasingTimestamps(
                                InstantSource.system(),
                                Tai64n.ZERO,
                                IncreasingTimestamps.Reservation.NONE),
                        InstantSource.system());
        device.setPrivateKey(key);
        Peer peer = device.addPeer(other);
        if (peer == null) {
            throw new IllegalArgumentException("an identity is the device under test");
        }
        peer.allow(inside);
        device.up(System.nanoTime(), new Outbox());
        devices.add(device);
        peers.add(peer);
    }

    /// Indices are the only draws of four bytes but for jitter, which may be worse.
    private static void fill(byte[] bytes, SecureRandom random, int number) {
        random.nextBytes(bytes);
        if (bytes.length == Integer.BYTES) {
            bytes[2] = (byte) number;
            bytes[3] = (byte) (number >>> 8);
        }
    }

    /// @return the number of the identity that drew `index`, or -1
    int identity(int index) {
        int number = index >>> INDEX_BITS;
        return number < devices.size() ? number : -1;
    }

    /// @param source an IPv4 address
    Peer leaving(int source) {
        int number = source >>> INDEX_BITS == ADDRESS_OF_MANY ? (source & 0xffff) - 1 : 0;
        return peers.get(Math.clamp(number, 0, peers.size() - 1));
    }

    List<Device> devices() {
        return devices;
    }

    Tun tun() {
        return tun;
    }

    Underlay underlay() {
        return underlay;
    }

    Offloads offloads() {
        return offloads;
    }

    Sender sender(Arena arena) {
        return new Sender(arena, underlay, errors, offloads.gso());
    }

    private void transmit() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            new CrowdTransmit(arena, this).run();
        }
    }

    private void receive() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            new CrowdReceive(arena, this).run();
        }
    }

    private void keepTime() {
        try (Arena arena = Arena.ofConfined()) {
            Sender sender = sender(arena);
            Outbox outbox = new Outbox();
            while (true) {
                long now = System.nanoTime();
                for (Device device : devices) {
                    device.onTimer(now, outbox);
                }
                sender.drain(outbox, TunnelOptions.DEFAULT_MTU, now);
                Thread.sleep(TICK_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @FunctionalInterface
    private interface Loop {
        void run() throws ErrnoException;
    }

    private static void run(Loop loop) {
        try {
            loop.run();
        } catch (ErrnoException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
