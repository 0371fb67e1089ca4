// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.cluster.ClusterId;
import warren.cluster.ClusterSecret;
import warren.cluster.HostPort;
import warren.cluster.Identity;
import warren.cluster.JoinFailure;
import warren.cluster.JoinInitiator;
import warren.cluster.JoinResponder;
import warren.cluster.JoinStep;
import warren.cluster.NodeRecord;
import warren.wireguard.IpAddress;

/// The newcomer's side of the join exchange. Immutable; blocks the calling thread.
public final class JoinDialer {
    private static final int CONNECT_MILLIS = 3000;
    private static final int CHUNK = 16 << 10;

    private final ClusterId cluster;
    private final ClusterSecret secret;
    private final Identity identity;
    private final RandomGenerator random;
    private final JoinInitiator.Objection objection;

    /// @param random cryptographically strong
    public JoinDialer(
            ClusterId cluster, ClusterSecret secret, Identity identity, RandomGenerator random) {
        this(cluster, secret, identity, random, _ -> null);
    }

    /// @param objection asked before any member takes this node in
    public JoinDialer(
            ClusterId cluster,
            ClusterSecret secret,
            Identity identity,
            RandomGenerator random,
            JoinInitiator.Objection objection) {
        this.cluster = cluster;
        this.secret = secret;
        this.identity = identity;
        this.random = random;
        this.objection = objection;
    }

    /// What a member answered, and under which of its addresses it was reached.
    public record Welcome(JoinStep.Joined joined, IpAddress responder) {}

    /// Nobody took this node in. Each seed's reason is in the message.
    public static final class NotJoinedException extends IOException {
        private static final long serialVersionUID = 1;

        private final @Nullable JoinFailure reason;

        NotJoinedException(String message, @Nullable JoinFailure reason) {
            super(message);
            this.reason = reason;
        }

        /// Why a member refused; null where none could be asked.
        public @Nullable JoinFailure reason() {
            return reason;
        }
    }

    /// Signs this node's records.
    public interface Records {
        /// The newest record, with a sequence number above `sequence`: a new one where need be.
        NodeRecord above(long sequence) throws IOException;
    }

    /// Tries the seeds in order, with every address that their names resolve to, until one member
    /// answers. A member that refuses ends it: the others would refuse as well.
    public Welcome join(List<HostPort> seeds, Records records) throws NotJoinedException {
        List<String> reasons = new ArrayList<>();
        for (HostPort seed : seeds) {
            try {
                for (InetAddress address : InetAddress.getAllByName(seed.host())) {
                    try {
                        return dial(seed, address, records);
                    } catch (IOException e) {
                        reasons.add(reason(seed, address, e));
                    }
                }
            } catch (UnknownHostException _) {
                reasons.add(seed + " (the name is not known)");
            } catch (RefusedByMember e) {
                throw new NotJoinedException(String.valueOf(e.getMessage()), e.reason);
            }
        }
        throw new NotJoinedException("no member answered: " + String.join(", ", reasons), null);
    }

    private static String reason(HostPort seed, InetAddress address, IOException e) {
        String tried = HostPort.of(IpAddress.of(address), seed.port()).toString();
        String what = tried.equals(seed.toString()) ? tried : seed + " at " + tried;
        return what + " (" + e.getMessage() + ")";
    }

    /// A member that could be reached said no.
    private static final class RefusedByMember extends Exception {
        private static final long serialVersionUID = 1;

        final JoinFailure reason;

        RefusedByMember(JoinFailure reason, String message) {
            super(message);
            this.reason = reason;
        }
    }

    /// The cluster holds a record of ours that is not older, as after a start from old state.
    private static final class Outrun extends Exception {
        private static final long serialVersionUID = 1;

        final long sequence;

        Outrun(long sequence) {
            super("outrun by #" + sequence);
            this.sequence = sequence;
        }
    }

    private Welcome dial(HostPort seed, InetAddress address, Records records)
            throws IOException, RefusedByMember {
        try {
            return dial(seed, address, records.above(0));
        } catch (Outrun first) {
            try {
                return dial(seed, address, records.above(first.sequence));
            } catch (Outrun again) {
                throw new IOException(again.getMessage(), again);
            }
        }
    }

    private Welcome dial(HostPort seed, InetAddress address, NodeRecord record)
            throws IOException, RefusedByMember, Outrun {
        long deadlineNanos =
                System.nanoTime() + TimeUnit.SECONDS.toNanos(JoinResponder.TIMEOUT_SECONDS);
        try (Socket socket = new Socket();
                JoinInitiator initiator =
                        new JoinInitiator(
                                seed.toString(),
                                cluster,
                                secret,
                                identity,
                                record,
                                random,
                                objection)) {
            socket.connect(new InetSocketAddress(address, seed.port()), CONNECT_MILLIS);
            JoinStep.Joined joined = converse(socket, initiator, deadlineNanos);
            return new Welcome(joined, IpAddress.of(address));
        }
    }

    private static JoinStep.Joined converse(
            Socket socket, JoinInitiator initiator, long deadlineNanos)
            throws IOException, RefusedByMember, Outrun {
        List<JoinStep> steps = initiator.start();
        InputStream in = socket.getInputStream();
        byte[] chunk = new byte[CHUNK];
        while (true) {
            for (JoinStep step : steps) {
                switch (step) {
                    case JoinStep.Send(byte[] bytes) -> socket.getOutputStream().write(bytes);
                    case JoinStep.Joined joined -> {
                        return joined;
                    }
                    case JoinStep.Failed(JoinFailure reason, String message, long sequence) ->
                            throw failure(reason, message, sequence);
                    case JoinStep.Install _, JoinStep.Done _ ->
                            throw new IllegalStateException("an initiator installs nobody");
                }
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            if (millis <= 0) {
                throw new SocketTimeoutException("no answer in time");
            }
            socket.setSoTimeout((int) millis);
            int read = in.read(chunk);
            steps = read < 0 ? initiator.onEnd() : initiator.onBytes(Arrays.copyOf(chunk, read));
            if (read < 0 && steps.isEmpty()) {
                throw new IOException("closed the connection");
            }
        }
    }

    /// Whether another member may still say yes.
    private static IOException failure(JoinFailure reason, String message, long sequence)
            throws RefusedByMember, Outrun {
        return switch (reason) {
            case CLOSED, MALFORMED -> new IOException(message);
            case OUTRUN -> throw new Outrun(sequence);
            case WRONG_SECRET,
                    WRONG_VERSION,
                    EVICTED,
                    BAD_PROOF,
                    FULL,
                    UNWANTED,
                    ADDRESS_TAKEN,
                    OUTDATED ->
                    throw new RefusedByMember(reason, message);
        };
    }
}
