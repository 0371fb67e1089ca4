// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.wireguard.Endpoint;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

/// The answer to `get=1`, both ways: lines of the device, then of each peer from its `public_key`
/// on. Reading skips names it does not know, so that newer devices stay readable.
final class UapiStateCodec {
    private UapiStateCodec() {}

    /// Writes the state's lines, without the closing `errno`.
    static void write(DeviceState state, UapiOutput out) {
        if (state.privateKey() != null) {
            out.key32(UapiKey.PRIVATE_KEY, state.privateKey().toBytes());
        }
        if (state.listenPort() != 0) {
            out.line(UapiKey.LISTEN_PORT, state.listenPort());
        }
        if (state.fwmark() != 0) {
            out.line(UapiKey.FWMARK, Integer.toUnsignedLong(state.fwmark()));
        }
        for (PeerState peer : state.peers()) {
            write(peer, out);
        }
    }

    private static void write(PeerState peer, UapiOutput out) {
        out.key32(UapiKey.PUBLIC_KEY, peer.publicKey().toBytes());
        out.key32(UapiKey.PRESHARED_KEY, peer.presharedKey().toBytes());
        out.line(UapiKey.PROTOCOL_VERSION, 1);
        if (peer.endpoint() != null) {
            out.line(UapiKey.ENDPOINT, peer.endpoint().toString());
        }
        Instant handshake = peer.lastHandshake() == null ? Instant.EPOCH : peer.lastHandshake();
        out.line(UapiKey.LAST_HANDSHAKE_TIME_SEC, handshake.getEpochSecond());
        out.line(UapiKey.LAST_HANDSHAKE_TIME_NSEC, handshake.getNano());
        out.line(UapiKey.TX_BYTES, peer.txBytes());
        out.line(UapiKey.RX_BYTES, peer.rxBytes());
        out.line(UapiKey.PERSISTENT_KEEPALIVE_INTERVAL, peer.persistentKeepalive());
        for (IpPrefix prefix : peer.allowedIps()) {
            out.line(UapiKey.ALLOWED_IP, prefix.toString());
        }
    }

    /// Reads one answer up to its blank line.
    ///
    /// @param operation how errors name the request, such as `get /var/run/wireguard/wg0.sock`
    /// @throws UapiException where the device answered an error
    /// @throws IOException where the answer is cut short or not of the protocol
    static DeviceState read(UapiInput in, String operation) throws IOException {
        Reader reader = new Reader();
        while (true) {
            switch (in.next()) {
                case LINE -> {
                    if (!in.isPair() || !reader.line(in)) {
                        throw new IOException("UAPI " + operation + ": the answer is malformed");
                    }
                }
                case BLANK -> {
                    return reader.finish(operation);
                }
                case END, CUT ->
                        throw new IOException("UAPI " + operation + ": the device hung up");
                case TOO_LONG ->
                        throw new IOException("UAPI " + operation + ": a line is too long");
            }
            if (in.consumed() > UapiLimits.ANSWER_BYTES) {
                throw new IOException("UAPI " + operation + ": the answer is too long");
            }
        }
    }

    /// What an answer has said so far.
    private static final class Reader {
        private @Nullable PrivateKey privateKey;
        private int listenPort;
        private int fwmark;
        private final List<PeerState> peers = new ArrayList<>();
        private @Nullable PeerReader peer;
        private long errno = -1;

        /// Takes a line in; false where its value is not of the form.
        boolean line(UapiInput in) {
            UapiKey key = in.key();
            if (key == null) {
                return true;
            }
            if (key == UapiKey.PUBLIC_KEY) {
                return startPeer(in);
            }
            if (key == UapiKey.ERRNO) {
                String value = in.value();
                errno =
                        UapiValue.number(
                                value.startsWith("-") ? value.substring(1) : value,
                                Integer.MAX_VALUE);
                return errno >= 0;
            }
            return peer == null ? deviceLine(key, in) : peer.line(key, in);
        }

        DeviceState finish(String operation) throws IOException {
            if (errno < 0) {
                throw new IOException("UAPI " + operation + ": the answer has no errno");
            }
            if (errno > 0) {
                throw new UapiException(operation, (int) errno);
            }
            endPeer();
            return new DeviceState(privateKey, listenPort, fwmark, peers);
        }

        private boolean startPeer(UapiInput in) {
            endPeer();
            byte[] key = in.key32();
            peer = key == null ? null : new PeerReader(new PublicKey(key));
            return key != null;
        }

        private void endPeer() {
            if (peer != null) {
                peers.add(peer.finish());
            }
        }

        private boolean deviceLine(UapiKey key, UapiInput in) {
            if (key == UapiKey.PRIVATE_KEY) {
                byte[] bytes = in.key32();
                if (bytes != null) {
                    privateKey = new PrivateKey(bytes);
                    Arrays.fill(bytes, (byte) 0);
                }
                return bytes != null;
            }
            if (key == UapiKey.LISTEN_PORT) {
                listenPort = (int) UapiValue.number(in.value(), 0xffff);
                return listenPort >= 0;
            }
            if (key == UapiKey.FWMARK) {
                long mark = UapiValue.number(in.value(), 0xffff_ffffL);
                fwmark = (int) mark;
                return mark >= 0;
            }
            return true;
        }
    }

    /// What an answer has said so far of its current peer.
    private static final class PeerReader {
        private final PublicKey publicKey;
        private PresharedKey presharedKey = PresharedKey.none();
        private @Nullable Endpoint endpoint;
        private long handshakeSeconds;
        private long handshakeNanos;
        private long rxBytes;
        private long txBytes;
        private long keepalive;
        private final List<IpPrefix> allowedIps = new ArrayList<>();

        PeerReader(PublicKey publicKey) {
            this.publicKey = publicKey;
        }

        boolean line(UapiKey key, UapiInput in) {
            return switch (key) {
                case PRESHARED_KEY -> presharedKey(in);
                case ENDPOINT -> (endpoint = UapiValue.endpoint(in.value())) != null;
                case LAST_HANDSHAKE_TIME_SEC ->
                        (handshakeSeconds = number(in, Instant.MAX.getEpochSecond())) >= 0;
                case LAST_HANDSHAKE_TIME_NSEC -> (handshakeNanos = number(in, 999_999_999)) >= 0;
                case RX_BYTES -> (rxBytes = number(in, Long.MAX_VALUE)) >= 0;
                case TX_BYTES -> (txBytes = number(in, Long.MAX_VALUE)) >= 0;
                case PERSISTENT_KEEPALIVE_INTERVAL -> (keepalive = number(in, 0xffff)) >= 0;
                case ALLOWED_IP -> allowedIp(in);
                case PROTOCOL_VERSION,
                        PRIVATE_KEY,
                        LISTEN_PORT,
                        FWMARK,
                        REPLACE_PEERS,
                        PUBLIC_KEY,
                        REMOVE,
                        UPDATE_ONLY,
                        REPLACE_ALLOWED_IPS,
                        ERRNO ->
                        true;
            };
        }

        PeerState finish() {
            boolean never = handshakeSeconds == 0 && handshakeNanos == 0;
            return new PeerState(
                    publicKey,
                    presharedKey,
                    endpoint,
                    never ? null : Instant.ofEpochSecond(handshakeSeconds, handshakeNanos),
                    rxBytes,
                    txBytes,
                    (int) keepalive,
                    allowedIps);
        }

        private boolean presharedKey(UapiInput in) {
            byte[] bytes = in.key32();
            if (bytes != null) {
                presharedKey = new PresharedKey(bytes);
                Arrays.fill(bytes, (byte) 0);
            }
            return bytes != null;
        }

        private boolean allowedIp(UapiInput in) {
            IpPrefix prefix = UapiValue.prefix(in.value());
            if (prefix != null) {
                allowedIps.add(prefix);
            }
            return prefix != null;
        }

        private static long number(UapiInput in, long max) {
            return UapiValue.number(in.value(), max);
        }
    }
}
