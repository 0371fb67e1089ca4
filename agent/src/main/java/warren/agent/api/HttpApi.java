// SPDX-License-Identifier: Apache-2.0
package warren.agent.api;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import warren.control.AttachRequest;
import warren.control.DetachRequest;
import warren.control.EvictRequest;
import warren.control.InitRequest;
import warren.control.JoinRequest;
import warren.control.LeaveRequest;
import warren.control.MalformedJsonException;
import warren.control.Message;
import warren.control.Problem;
import warren.control.RefusedException;

/// The HTTP server of the agent. Each request runs on a virtual thread of its own.
public final class HttpApi implements AutoCloseable {
    private static final Logger LOG = System.getLogger(HttpApi.class.getName());

    /// The largest request is a join token with its endpoints: a few hundred bytes.
    private static final int BODY_LIMIT = 64 << 10;

    private final Node node;
    private final WebServer server;

    private HttpApi(Node node, Path socket) {
        this.node = node;
        this.server =
                WebServer.builder()
                        .bindAddress(UnixDomainSocketAddress.of(socket))
                        .shutdownHook(false)
                        .maxPayloadSize(BODY_LIMIT)
                        .routing(this::route)
                        .build();
    }

    /// Starts to answer. The caller holds the node's lock, so a socket that is there is stale and
    /// is replaced. Its directory must be private: between binding and the change of mode here,
    /// only the directory protects the socket.
    public static HttpApi start(Node node, Path socket) throws IOException {
        Files.deleteIfExists(socket);
        HttpApi api = new HttpApi(node, socket);
        api.server.start();
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        return api;
    }

    @Override
    public void close() {
        server.stop();
    }

    private void route(HttpRouting.Builder routing) {
        routing.post("/v1/init", answer(body -> node.init(InitRequest.parse(body)).json()))
                .post("/v1/join", answer(body -> node.join(JoinRequest.parse(body)).json()))
                .get("/v1/token", answer(_ -> node.token().json()))
                .get("/v1/secret", answer(_ -> node.secret().json()))
                .post("/v1/secret/rotate", answer(_ -> node.rotate().json()))
                .post("/v1/evict", answer(body -> node.evict(EvictRequest.parse(body)).json()))
                .post("/v1/leave", answer(this::leave))
                .get("/v1/status", answer(_ -> node.status().json()))
                .get("/v1/peers", answer(_ -> Message.json(node.peers())))
                .get("/v1/addresses", answer(_ -> node.addresses().json()))
                .post("/v1/attach", answer(body -> node.attach(AttachRequest.parse(body)).json()))
                .post("/v1/detach", answer(this::detach))
                .any((_, response) -> send(response, 404, unknown()));
    }

    private byte[] detach(byte[] body) throws IOException {
        node.detach(DetachRequest.parse(body));
        return new byte[] {'{', '}'};
    }

    private byte[] leave(byte[] body) throws IOException {
        return node.leave(LeaveRequest.parse(body)).json();
    }

    private static byte[] unknown() {
        return new Problem("the agent has no such endpoint", "is the agent of another version?")
                .json();
    }

    /// What one endpoint does with a request's body; the result is the answer's.
    private interface Work {
        byte[] apply(byte[] body) throws IOException;
    }

    private static io.helidon.webserver.http.Handler answer(Work work) {
        return (request, response) -> {
            try {
                send(response, 200, work.apply(body(request)));
            } catch (MalformedJsonException e) {
                send(response, 400, new Problem(text(e), null).json());
            } catch (RefusedException e) {
                send(response, 409, e.problem().json());
            } catch (IOException e) {
                LOG.log(
                        Level.WARNING,
                        "request failed path={0} reason={1}",
                        request.path().path(),
                        text(e));
                send(response, 500, new Problem(text(e), null).json());
            }
        };
    }

    private static byte[] body(ServerRequest request) throws IOException {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (InputStream stream = request.content().inputStream()) {
            byte[] body = stream.readNBytes(BODY_LIMIT + 1);
            if (body.length > BODY_LIMIT) {
                throw new RefusedException(new Problem("the request is too long", null));
            }
            return body;
        }
    }

    private static void send(ServerResponse response, int status, byte[] json) {
        response.status(Status.create(status))
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .send(json);
    }

    private static String text(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
