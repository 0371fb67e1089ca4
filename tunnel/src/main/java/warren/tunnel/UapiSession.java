// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.util.List;
import warren.wireguard.PrivateKey;

/// One connection to the UAPI socket: requests and answers in turn until the client hangs up.
/// Answers are made whole before the first byte goes out, so a client that does not read keeps
/// nothing but its own thread waiting. Confined to that thread.
final class UapiSession {
    private final ByteChannel channel;
    private final UapiTarget target;

    UapiSession(ByteChannel channel, UapiTarget target) {
        this.channel = channel;
        this.target = target;
    }

    void run() throws IOException {
        try (UapiRequestParser parser = new UapiRequestParser(Channels.newInputStream(channel))) {
            boolean more = true;
            while (more) {
                more =
                        switch (parser.next()) {
                            case UapiRequest.Set(List<UapiLine> lines) -> set(lines);
                            case UapiRequest.Refused refused -> {
                                answer(refused.errno());
                                yield !refused.last();
                            }
                            case UapiRequest.Simple simple ->
                                    switch (simple) {
                                        case GET -> get();
                                        case HANG_UP -> false;
                                    };
                        };
            }
        }
    }

    private boolean set(List<UapiLine> lines) throws IOException {
        try {
            answer(target.apply(lines));
        } finally {
            UapiRequestParser.destroy(lines);
        }
        return true;
    }

    private boolean get() throws IOException {
        try (UapiOutput out = new UapiOutput()) {
            DeviceState state = target.state();
            UapiStateCodec.write(state, out);
            destroy(state);
            out.line(UapiKey.ERRNO, 0);
            out.end();
            send(out);
        }
        return true;
    }

    /// The error number goes out negative, as `wireguard-go` sends it and `wg` expects it.
    private void answer(int errno) throws IOException {
        try (UapiOutput out = new UapiOutput()) {
            out.line(UapiKey.ERRNO, Integer.toString(-errno));
            out.end();
            send(out);
        }
    }

    private void send(UapiOutput out) throws IOException {
        ByteBuffer bytes = out.bytes();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void destroy(DeviceState state) {
        PrivateKey key = state.privateKey();
        if (key != null) {
            key.destroy();
        }
        state.peers().forEach(peer -> peer.presharedKey().destroy());
    }
}
