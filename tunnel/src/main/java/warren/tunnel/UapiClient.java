// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// Asks and changes a running userspace device, ours or `wireguard-go`, through its UAPI socket.
/// Immutable and thread-safe: each request is a connection of its own, so a device that was
/// restarted is simply reached again.
public final class UapiClient {
    /// Where every userspace implementation listens, and where `wg` looks.
    public static final Path SOCKET_DIRECTORY = Path.of("/var/run/wireguard");

    /// How long a device may take to answer: it answers within milliseconds, unless stopped.
    public static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Path socket;

    /// @param socket the device's socket, wherever it is
    public UapiClient(Path socket) {
        this.socket = socket;
    }

    /// The device of that name at the usual place.
    public static UapiClient forInterface(String name) {
        return new UapiClient(SOCKET_DIRECTORY.resolve(name + ".sock"));
    }

    /// What the device has and what its peers did.
    ///
    /// @throws IOException where the device is not there, does not answer in [#TIMEOUT], refuses
    ///     ([UapiException]) or answers something else than the protocol
    public DeviceState get() throws IOException {
        try (UapiOutput out = new UapiOutput()) {
            out.text("get=1\n\n");
            return exchange(out, "get " + socket);
        }
    }

    /// Applies a change. A device that refuses ([UapiException]) may have applied the part before
    /// the refused line: `wireguard-go` does, ours only where the operating system refuses.
    ///
    /// @throws IOException as [#get()]
    public void set(DeviceConfig change) throws IOException {
        try (UapiOutput out = new UapiOutput()) {
            UapiConfigWriter.write(change, out);
            exchange(out, "set " + socket);
        }
    }

    private DeviceState exchange(UapiOutput request, String operation) throws IOException {
        try (UapiConnection connection = UapiConnection.open(socket, TIMEOUT);
                UapiInput answer = new UapiInput(connection.input())) {
            connection.write(request.bytes());
            return UapiStateCodec.read(answer, operation);
        }
    }
}
