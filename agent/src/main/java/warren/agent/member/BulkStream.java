// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import warren.cluster.BulkSync;
import warren.cluster.GossipDrop;

/// One bulk stream: frames of [BulkSync] over a TCP connection, each behind its length in four
/// bytes. Confined to its thread; the frames themselves are made and taken on the gossip loop.
///
/// The other end may be hostile: it is waited for [Limits#silence] at most, and [BulkStreams]
/// closes
/// the socket when the stream's time is over, which also ends a write that nobody reads.
final class BulkStream {
    /// The least frame: a type and a MAC.
    private static final int MIN_FRAME = 1 + 16;

    private static final int LENGTH_BYTES = 4;

    /// How much one stream may take of a node.
    ///
    /// @param streams incoming streams at once, one of a peer
    /// @param silence how long nothing may come where something must
    /// @param whole how long all of it may take
    /// @param bytes how much may come in: a few times what a cluster of the largest size holds
    /// @param pause between two streams that one peer opens
    record Limits(int streams, Duration silence, Duration whole, long bytes, Duration pause) {
        static final Limits STANDARD =
                new Limits(
                        8,
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1),
                        32L << 20,
                        Duration.ofSeconds(2));
    }

    /// The gossip loop, as streams need it.
    interface Core {
        /// Runs `step` on the loop, and waits for its result.
        <T> T onLoop(Step<T> step) throws IOException;
    }

    /// Something done with the stream's state on the loop.
    interface Step<T> {
        T run() throws IOException;
    }

    private final Socket socket;
    private final BulkSync sync;
    private final Core core;
    private final Limits limits;
    private long left;

    BulkStream(Socket socket, BulkSync sync, Core core, Limits limits) {
        this.socket = socket;
        this.sync = sync;
        this.core = core;
        this.limits = limits;
        this.left = limits.bytes();
    }

    /// Speaks and listens until all is said.
    ///
    /// @throws IOException where the other end is gone, too slow or breaks the protocol
    void run() throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) limits.silence().toMillis());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        while (true) {
            Optional<byte[]> frame = core.onLoop(() -> Optional.ofNullable(sync.next()));
            if (frame.isPresent()) {
                out.write(framed(frame.get()));
            } else if (core.onLoop(sync::isDone)) {
                return;
            } else {
                take(read(in));
            }
        }
    }

    private static byte[] framed(byte[] frame) {
        return ByteBuffer.allocate(LENGTH_BYTES + frame.length)
                .putInt(frame.length)
                .put(frame)
                .array();
    }

    private byte[] read(DataInputStream in) throws IOException {
        try {
            int length = in.readInt();
            if (length < MIN_FRAME || length > BulkSync.MAX_FRAME) {
                throw new IOException("a frame of " + length + " bytes");
            }
            left -= LENGTH_BYTES + length;
            if (left < 0) {
                throw new IOException("more than " + limits.bytes() + " bytes");
            }
            byte[] frame = new byte[length];
            in.readFully(frame);
            return frame;
        } catch (SocketTimeoutException e) {
            throw new IOException("nothing came for " + limits.silence().toSeconds() + " s", e);
        } catch (EOFException e) {
            throw new IOException("the other end closed early", e);
        }
    }

    private void take(byte[] frame) throws IOException {
        Optional<GossipDrop> drop =
                core.onLoop(() -> Optional.ofNullable(sync.onFrame(frame, System.nanoTime())));
        if (drop.isPresent()) {
            throw new IOException("frame refused: " + drop.get());
        }
    }
}
