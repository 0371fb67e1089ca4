// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.cluster.JoinMessage.Denial;

/// The member's side of the join exchange, `docs/join.md`. One object per accepted connection;
/// confined to whoever owns the stream. The owner closes connections that take longer than
/// [#TIMEOUT_SECONDS] and asks [JoinLimiter] before making one.
///
/// | state   | event                        | next    | steps                      |
/// |---------|------------------------------|---------|----------------------------|
/// | HELLO   | genuine HELLO                | PRESENT | Send ANSWER                |
/// | HELLO   | anything else                | OVER    | Send REFUSED, Failed       |
/// | PRESENT | PRESENT, proven and wanted   | INSTALL | Install                    |
/// | PRESENT | PRESENT, not wanted          | OVER    | Send DENIED, Failed        |
/// | INSTALL | installed                    | OVER    | Send WELCOME … END, Done   |
/// | any     | anything else, the end       | OVER    | Failed                     |
///
/// Before a HELLO has proved the secret nothing is computed but hashes and one tag per secret,
/// and nothing is sent but one fixed frame.
public final class JoinResponder implements AutoCloseable {
    public static final int TIMEOUT_SECONDS = 10;

    private static final byte[] EMPTY = {};

    private enum State {
        HELLO,
        PRESENT,
        INSTALL,
        OVER
    }

    /// What the responder must know of its cluster; asked when the newcomer has proved that it
    /// holds the secret. Called from the thread that owns the stream.
    public interface Cluster {
        ClusterDescriptor descriptor();

        boolean isEvicted(NodeId id);

        /// Whether a node that proves an older secret may be given the newest.
        default boolean isVouchedFor(NodeId id) {
            return false;
        }

        /// The newest epoch; null where there was no rotation.
        default @Nullable Epoch newest() {
            return null;
        }

        default List<Eviction> evictions() {
            return List.of();
        }

        /// Everything known, our own record included.
        List<KnownNode> known();
    }

    private final ClusterId cluster;
    private final List<ClusterSecret> secrets;
    private final Identity identity;
    private final Cluster port;
    private final RandomGenerator random;
    private final JoinChannel channel = new JoinChannel();
    private State state = State.HELLO;
    private byte[] handshakeHash = {};

    /// Whether the newcomer proved the newest secret.
    private boolean newest;

    /// @param secrets the epochs that may join, newest first; at most three are tried. Not
    ///     destroyed here
    /// @param random a cryptographically strong generator
    public JoinResponder(
            ClusterId cluster,
            List<ClusterSecret> secrets,
            Identity identity,
            Cluster port,
            RandomGenerator random) {
        this.cluster = cluster;
        this.secrets =
                List.copyOf(secrets.subList(0, Math.min(JoinLayout.MAX_SECRETS, secrets.size())));
        this.identity = identity;
        this.port = port;
        this.random = random;
    }

    /// @param bytes whatever the stream had, in any pieces; not kept
    public List<JoinStep> onBytes(byte[] bytes) {
        List<JoinStep> steps = new ArrayList<>();
        if (state == State.HELLO || state == State.PRESENT) { // nothing is due after that
            channel.append(bytes);
        }
        while (state == State.HELLO || state == State.PRESENT) {
            byte[] frame = channel.next();
            if (frame != null) {
                onFrame(frame, steps);
            } else if (channel.isBroken()) {
                onBroken(steps);
            } else {
                break;
            }
        }
        return steps;
    }

    /// The newcomer is installed: answers it. After [JoinStep.Install], once.
    public List<JoinStep> installed() {
        if (state == State.OVER) { // the stream ended meanwhile
            return List.of();
        }
        if (state != State.INSTALL) {
            throw new IllegalStateException("nothing was to be installed");
        }
        List<JoinStep> steps = new ArrayList<>();
        List<KnownNode> known = port.known();
        byte[] proof = identity.sign(JoinProof.message(JoinLayout.RESPONDER_PROOF, handshakeHash));
        Epoch epoch = port.newest();
        send(JoinMessage.welcome(own(known), proof, port.descriptor(), epoch, !newest), steps);
        for (byte[] chunk : JoinMessage.evictions(port.evictions())) {
            send(chunk, steps);
        }
        for (byte[] chunk : JoinMessage.nodes(known)) {
            send(chunk, steps);
        }
        send(JoinMessage.end(), steps);
        close();
        steps.add(new JoinStep.Done());
        return steps;
    }

    /// The stream ended.
    public List<JoinStep> onEnd() {
        List<JoinStep> steps = new ArrayList<>();
        if (state != State.OVER) {
            fail(JoinFailure.CLOSED, steps);
        }
        return steps;
    }

    /// Wipes the keys. Idempotent.
    @Override
    public void close() {
        state = State.OVER;
        channel.close();
    }

    private void onFrame(byte[] frame, List<JoinStep> steps) {
        if (state == State.HELLO) {
            onHello(frame, steps);
            return;
        }
        byte[] message = channel.open(frame);
        if (message != null && JoinMessage.parse(message) instanceof JoinMessage.Present present) {
            onPresent(present, steps);
        } else {
            fail(JoinFailure.MALFORMED, steps);
        }
    }

    private void onBroken(List<JoinStep> steps) {
        if (state == State.HELLO) {
            refuse(JoinFailure.MALFORMED, steps);
        } else {
            fail(JoinFailure.MALFORMED, steps);
        }
    }

    private void onHello(byte[] frame, List<JoinStep> steps) {
        if (frame.length < 2 || frame[0] != JoinLayout.FRAME_HELLO) {
            refuse(JoinFailure.MALFORMED, steps);
            return;
        }
        if (frame[1] != JoinLayout.VERSION) {
            refuse(JoinFailure.WRONG_VERSION, steps);
            return;
        }
        if (frame.length != JoinLayout.HANDSHAKE_LENGTH) {
            refuse(JoinFailure.MALFORMED, steps);
            return;
        }
        byte[] theirs = new byte[32];
        JoinHandshake handshake = match(Arrays.copyOfRange(frame, 2, frame.length), theirs);
        if (handshake == null) {
            refuse(JoinFailure.WRONG_SECRET, steps);
            return;
        }
        byte[] network = JoinMessage.network(port.descriptor().network());
        byte[] second = handshake.writeSecond(theirs, network, random);
        if (second == null) {
            handshake.close();
            refuse(JoinFailure.MALFORMED, steps);
            return;
        }
        answer(handshake, second, steps);
    }

    /// The handshake under the secret that fits; null where none does. Tries all of them always.
    private @Nullable JoinHandshake match(byte[] message, byte[] theirs) {
        JoinHandshake matching = null;
        for (ClusterSecret secret : secrets) {
            JoinHandshake attempt = new JoinHandshake(JoinChannel.prologue(cluster));
            byte[] presharedKey = secret.toBytes();
            boolean genuine = attempt.readFirst(presharedKey, message, theirs) != null;
            Arrays.fill(presharedKey, (byte) 0);
            if (genuine && matching == null) {
                matching = attempt;
                newest = secret.equals(secrets.getFirst());
            } else {
                attempt.close();
            }
        }
        return matching;
    }

    private void answer(JoinHandshake handshake, byte[] second, List<JoinStep> steps) {
        steps.add(new JoinStep.Send(JoinChannel.handshakeFrame(JoinLayout.FRAME_ANSWER, second)));
        handshakeHash = handshake.hash();
        byte[] receive = new byte[32];
        byte[] send = new byte[32];
        handshake.split(receive, send);
        channel.secure(send, receive);
        state = State.PRESENT;
    }

    private void onPresent(JoinMessage.Present present, List<JoinStep> steps) {
        NodeRecord record = present.record();
        byte[] signed = JoinProof.message(JoinLayout.INITIATOR_PROOF, handshakeHash);
        if (!record.isSignedFor(cluster) || !record.identity().verify(signed, present.proof())) {
            deny(Denial.BAD_PROOF, 0, steps);
        } else if (port.isEvicted(record.id())) {
            deny(Denial.EVICTED, 0, steps);
        } else if (!newest && !port.isVouchedFor(record.id())) {
            deny(Denial.OUTDATED, 0, steps);
        } else {
            admit(record, port.known(), steps);
        }
    }

    private void admit(NodeRecord record, List<KnownNode> known, List<JoinStep> steps) {
        KnownNode held = null;
        for (KnownNode node : known) {
            if (node.record().id().equals(record.id())) {
                held = node;
            }
        }
        if (held == null && known.size() > RecordJudge.MAX_RECORDS) {
            deny(Denial.FULL, 0, steps);
        } else if (held != null && !held.record().identity().equals(record.identity())) {
            deny(Denial.ADDRESS_TAKEN, 0, steps);
        } else if (held != null
                && !held.record().equals(record)
                && !record.replaces(held.record())) {
            deny(Denial.SEQUENCE, held.record().sequence(), steps);
        } else {
            state = State.INSTALL;
            int incarnation = held == null ? 1 : Math.max(1, held.incarnation());
            steps.add(new JoinStep.Install(new KnownNode(record, MemberState.ALIVE, incarnation)));
        }
    }

    private NodeRecord own(List<KnownNode> known) {
        for (KnownNode node : known) {
            if (node.record().identity().equals(identity.key())) {
                return node.record();
            }
        }
        throw new IllegalStateException("the nodes known lack this one");
    }

    private void send(byte[] message, List<JoinStep> steps) {
        steps.add(new JoinStep.Send(channel.seal(message)));
    }

    private void refuse(JoinFailure reason, List<JoinStep> steps) {
        steps.add(new JoinStep.Send(JoinChannel.handshakeFrame(JoinLayout.FRAME_REFUSED, EMPTY)));
        fail(reason, steps);
    }

    private void deny(Denial denial, long argument, List<JoinStep> steps) {
        send(JoinMessage.denied(denial, argument), steps);
        fail(denial.failure(), steps);
    }

    private void fail(JoinFailure reason, List<JoinStep> steps) {
        close();
        steps.add(new JoinStep.Failed(reason, message(reason), 0));
    }

    private static String message(JoinFailure reason) {
        return switch (reason) {
            case WRONG_SECRET -> "a join without this cluster's secret was refused";
            case WRONG_VERSION -> "a join of another version of the exchange was refused";
            case MALFORMED -> "something that is no join was refused";
            case CLOSED -> "a join ended before it was complete";
            case EVICTED -> "a join of an evicted node was refused";
            case BAD_PROOF -> "a join without proof of identity was refused";
            case OUTRUN -> "a join with an outdated record was sent back";
            case UNWANTED -> "a join was given up by the newcomer";
            case FULL -> "a join was refused because the cluster is full";
            case OUTDATED -> "a join with an outdated token was refused";
            case ADDRESS_TAKEN -> "a join was refused because its node address is taken";
        };
    }
}
