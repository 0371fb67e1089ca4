// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Somebody on the path: passes one TCP connection on and keeps what the client said.
final class RecordingProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final Thread worker;

    RecordingProxy(int target) throws IOException {
        worker = Thread.ofVirtual().start(() -> pass(target));
    }

    int port() {
        return server.getLocalPort();
    }

    /// Everything the client said; waits for the end of the connection.
    byte[] sentByClient() throws IOException {
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return sent.toByteArray();
    }

    private void pass(int target) {
        try (Socket client = server.accept();
                Socket member = new Socket(InetAddress.getLoopbackAddress(), target)) {
            Thread back =
                    Thread.ofVirtual()
                            .start(() -> copy(member, client, new ByteArrayOutputStream()));
            copy(client, member, sent);
            back.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to, ByteArrayOutputStream record) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] chunk = new byte[8192];
            int read;
            while ((read = in.read(chunk)) >= 0) {
                record.write(chunk, 0, read);
                out.write(chunk, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException _) {
            // One side has closed: the connection is over.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
