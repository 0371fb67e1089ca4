// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The agent's API, called over its Unix socket. Thread-safe because it holds no connection: every
/// call opens one and closes it.
///
/// Every method throws [RefusedException] where the agent says no or none runs (its message is one
/// line fit for printing), and another [IOException] where the conversation itself failed.
public final class ControlClient {
    /// Where the agent of this node listens.
    public static final Path SOCKET = Path.of("/run/warren/agent.sock");

    private static final Duration QUICK = Duration.ofSeconds(20);

    /// What changes the node may have to wait for its tunnel's process to start.
    private static final Duration PATIENT = Duration.ofMinutes(1);

    /// A join asks every endpoint of the token in turn, 10 s at most each.
    private static final Duration SLOW = Duration.ofMinutes(2);

    private final UnixHttp http;

    public ControlClient(Path socket) {
        this.http = new UnixHttp(socket);
    }

    /// The client of this node's own agent.
    public static ControlClient local() {
        return new ControlClient(SOCKET);
    }

    public Membership init(InitRequest request) throws IOException {
        return Membership.parse(http.post("/v1/init", request.json(), PATIENT));
    }

    public Membership join(JoinRequest request) throws IOException {
        return Membership.parse(http.post("/v1/join", request.json(), SLOW));
    }

    public Token token() throws IOException {
        return Token.parse(http.get("/v1/token", QUICK));
    }

    public SecretStatus secret() throws IOException {
        return SecretStatus.parse(http.get("/v1/secret", QUICK));
    }

    public SecretStatus rotate() throws IOException {
        return SecretStatus.parse(http.post("/v1/secret/rotate", new byte[0], PATIENT));
    }

    public EvictedNode evict(EvictRequest request) throws IOException {
        return EvictedNode.parse(http.post("/v1/evict", request.json(), PATIENT));
    }

    /// What this machine was until now.
    public Membership leave(LeaveRequest request) throws IOException {
        return Membership.parse(http.post("/v1/leave", request.json(), PATIENT));
    }

    public Status status() throws IOException {
        return Status.parse(http.get("/v1/status", QUICK));
    }

    public List<PeerStatus> peers() throws IOException {
        return PeerStatus.parseList(http.get("/v1/peers", QUICK));
    }

    public AddressReport addresses() throws IOException {
        return AddressReport.parse(http.get("/v1/addresses", QUICK));
    }

    public Attachment attach(AttachRequest request) throws IOException {
        return Attachment.parse(http.post("/v1/attach", request.json(), PATIENT));
    }

    public void detach(DetachRequest request) throws IOException {
        http.post("/v1/detach", request.json(), PATIENT);
    }
}
