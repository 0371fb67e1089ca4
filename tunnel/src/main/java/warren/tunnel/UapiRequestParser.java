// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.linux.errno.Errno;
import warren.tunnel.UapiRequest.Refused;
import warren.tunnel.UapiRequest.Simple;
import warren.wireguard.Endpoint;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

/// Reads requests from a UAPI connection.
///
///     set=1                          get=1
///     private_key=<64 hex digits>    <blank>
///     public_key=<64 hex digits>
///     allowed_ip=10.0.0.0/8
///     <blank>
///
/// A request counts only when it is whole: `wireguard-go` applies line by line, so that a line it
/// refuses, or a client that dies, leaves half a change behind; here such a request changes
/// nothing. The error numbers are `wireguard-go`'s: `EPROTO` for a line without `=`, `EINVAL` for
/// an unknown name or a bad value, `EIO` for a line that is too long. After a refusal the rest of
/// the request is skipped and the connection goes on.
///
/// Confined to the thread that reads the connection.
final class UapiRequestParser implements AutoCloseable {
    private final UapiInput input;

    /// The first refusal within the current request; 0 while there is none.
    private int errno;

    private boolean peerSelected;

    UapiRequestParser(InputStream in) {
        this.input = new UapiInput(in);
    }

    /// The next request; never throws for what the bytes say, only where reading fails.
    UapiRequest next() throws IOException {
        if (input.next() != UapiInput.Kind.LINE) {
            return Simple.HANG_UP;
        }
        errno = 0;
        peerSelected = false;
        if (input.is("set=1")) {
            return set();
        }
        return input.is("get=1") ? get() : Simple.HANG_UP;
    }

    @Override
    public void close() {
        input.close();
    }

    private UapiRequest get() throws IOException {
        while (true) {
            switch (input.next()) {
                case LINE -> refuse(Errno.EINVAL);
                case BLANK -> {
                    return errno == 0 ? Simple.GET : new Refused(errno, false);
                }
                case END, CUT -> {
                    return Simple.HANG_UP;
                }
                case TOO_LONG -> {
                    return new Refused(Errno.EIO, true);
                }
            }
        }
    }

    private UapiRequest set() throws IOException {
        List<UapiLine> lines = new ArrayList<>();
        long end = input.consumed() + UapiLimits.REQUEST_BYTES;
        while (true) {
            UapiInput.Kind kind = input.next();
            if (input.consumed() > end) {
                return refuseForGood(lines, Errno.EIO);
            }
            switch (kind) {
                case LINE -> {
                    UapiLine line = errno == 0 ? line() : null;
                    if (line != null) {
                        lines.add(line);
                    }
                }
                case BLANK -> {
                    if (errno != 0) {
                        destroy(lines);
                        return new Refused(errno, false);
                    }
                    return new UapiRequest.Set(lines);
                }
                case END, CUT -> {
                    return refuseForGood(lines, Errno.EPROTO);
                }
                case TOO_LONG -> {
                    return refuseForGood(lines, Errno.EIO);
                }
            }
        }
    }

    /// The current line typed; null, with `errno` set, where it is refused.
    private @Nullable UapiLine line() {
        if (!input.isPair()) {
            return refuse(Errno.EPROTO);
        }
        UapiKey key = input.key();
        if (key == null) {
            return refuse(Errno.EINVAL);
        }
        UapiLine line = key == UapiKey.PUBLIC_KEY ? selectPeer() : inSection(key);
        return line == null ? refuse(Errno.EINVAL) : line;
    }

    private @Nullable UapiLine inSection(UapiKey key) {
        return peerSelected ? peerLine(key) : deviceLine(key);
    }

    private @Nullable UapiLine deviceLine(UapiKey key) {
        return switch (key) {
            case PRIVATE_KEY -> privateKey();
            case LISTEN_PORT -> {
                long port = UapiValue.number(input.value(), 0xffff);
                yield port < 0 ? null : new UapiLine.SetListenPort((int) port);
            }
            case FWMARK -> {
                long mark = UapiValue.number(input.value(), 0xffff_ffffL);
                yield mark < 0 ? null : new UapiLine.SetFwmark((int) mark);
            }
            case REPLACE_PEERS -> flag("true", UapiLine.Flag.REPLACE_PEERS);
            case PUBLIC_KEY,
                    REMOVE,
                    UPDATE_ONLY,
                    PRESHARED_KEY,
                    ENDPOINT,
                    PERSISTENT_KEEPALIVE_INTERVAL,
                    REPLACE_ALLOWED_IPS,
                    ALLOWED_IP,
                    PROTOCOL_VERSION,
                    LAST_HANDSHAKE_TIME_SEC,
                    LAST_HANDSHAKE_TIME_NSEC,
                    RX_BYTES,
                    TX_BYTES,
                    ERRNO ->
                    null;
        };
    }

    private @Nullable UapiLine peerLine(UapiKey key) {
        return switch (key) {
            case REMOVE -> flag("true", UapiLine.Flag.REMOVE);
            case UPDATE_ONLY -> flag("true", UapiLine.Flag.UPDATE_ONLY);
            case PRESHARED_KEY -> presharedKey();
            case ENDPOINT -> {
                Endpoint endpoint = UapiValue.endpoint(input.value());
                yield endpoint == null ? null : new UapiLine.SetEndpoint(endpoint);
            }
            case PERSISTENT_KEEPALIVE_INTERVAL -> {
                long seconds = UapiValue.number(input.value(), 0xffff);
                yield seconds < 0 ? null : new UapiLine.SetPersistentKeepalive((int) seconds);
            }
            case REPLACE_ALLOWED_IPS -> flag("true", UapiLine.Flag.REPLACE_ALLOWED_IPS);
            case ALLOWED_IP -> allowedIp(input.value());
            case PROTOCOL_VERSION -> flag("1", UapiLine.Flag.PROTOCOL_VERSION);
            case PRIVATE_KEY,
                    LISTEN_PORT,
                    FWMARK,
                    REPLACE_PEERS,
                    PUBLIC_KEY,
                    LAST_HANDSHAKE_TIME_SEC,
                    LAST_HANDSHAKE_TIME_NSEC,
                    RX_BYTES,
                    TX_BYTES,
                    ERRNO ->
                    null;
        };
    }

    private @Nullable UapiLine selectPeer() {
        byte[] key = input.key32();
        if (key == null) {
            return null;
        }
        peerSelected = true;
        return new UapiLine.SelectPeer(new PublicKey(key));
    }

    private @Nullable UapiLine privateKey() {
        byte[] key = input.key32();
        if (key == null) {
            return null;
        }
        UapiLine line = new UapiLine.SetPrivateKey(new PrivateKey(key));
        Arrays.fill(key, (byte) 0);
        return line;
    }

    private @Nullable UapiLine presharedKey() {
        byte[] key = input.key32();
        if (key == null) {
            return null;
        }
        UapiLine line = new UapiLine.SetPresharedKey(new PresharedKey(key));
        Arrays.fill(key, (byte) 0);
        return line;
    }

    private @Nullable UapiLine flag(String only, UapiLine.Flag flag) {
        return input.value().equals(only) ? flag : null;
    }

    /// A leading `-` takes the prefix away, as current `wg` and `wireguard-go` have it.
    private static @Nullable UapiLine allowedIp(String value) {
        boolean remove = value.startsWith("-");
        IpPrefix prefix = UapiValue.prefix(remove ? value.substring(1) : value);
        if (prefix == null) {
            return null;
        }
        return remove ? new UapiLine.RemoveAllowedIp(prefix) : new UapiLine.AddAllowedIp(prefix);
    }

    private @Nullable UapiLine refuse(int why) {
        if (errno == 0) {
            errno = why;
        }
        return null;
    }

    private UapiRequest refuseForGood(List<UapiLine> lines, int why) {
        refuse(why);
        destroy(lines);
        return new Refused(errno, true);
    }

    /// Wipes the secrets of a request that is over.
    static void destroy(List<UapiLine> lines) {
        for (UapiLine line : lines) {
            if (line instanceof UapiLine.SetPrivateKey(PrivateKey key)) {
                key.destroy();
            } else if (line instanceof UapiLine.SetPresharedKey(PresharedKey key)) {
                key.destroy();
            }
        }
    }
}
