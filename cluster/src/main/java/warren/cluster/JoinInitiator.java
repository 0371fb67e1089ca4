// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The newcomer's side of the join exchange, `docs/join.md`; a node that lost its peers uses the
/// same exchange to find them again. One object per attempt; confined to whoever owns the
/// stream.
///
/// | state       | event                   | next     | steps                  |
/// |-------------|-------------------------|----------|------------------------|
/// | NEW         | start                   | HELLO    | Send HELLO             |
/// | HELLO       | genuine ANSWER          | PRESENT  | Send PRESENT           |
/// | HELLO       | REFUSED, or not genuine | OVER     | Failed                 |
/// | HELLO       | ANSWER, unwanted        | OVER     | Failed                 |
/// | PRESENT     | genuine WELCOME         | WELCOMED |                        |
/// | PRESENT     | DENIED                  | OVER     | Failed                 |
/// | WELCOMED    | NODES                   | WELCOMED |                        |
/// | WELCOMED    | END                     | OVER     | Joined                 |
/// | any but OVER| anything else, the end  | OVER     | Failed                 |
public final class JoinInitiator implements AutoCloseable {
    /// What a newcomer may hold against a cluster before the cluster has taken it in.
    public interface Objection {
        /// Why this node will not live in that overlay network, in one sentence; null where it
        /// will.
        @Nullable String to(OverlayNetwork network);
    }

    private enum State {
        NEW,
        HELLO,
        PRESENT,
        WELCOMED,
        OVER
    }

    private final String host;
    private final ClusterId cluster;
    private final ClusterSecret secret;
    private final Identity identity;
    private final NodeRecord record;
    private final RandomGenerator random;
    private final Objection objection;
    private final JoinHandshake handshake;
    private final JoinChannel channel = new JoinChannel();
    private final List<KnownNode> nodes = new ArrayList<>();
    private final List<Eviction> evictions = new ArrayList<>();
    private State state = State.NEW;
    private JoinMessage.@Nullable Welcome welcome;

    /// @param host as the user named the responder, for messages
    /// @param secret not destroyed here
    /// @param record our record, signed for `cluster`
    /// @param random a cryptographically strong generator
    public JoinInitiator(
            String host,
            ClusterId cluster,
            ClusterSecret secret,
            Identity identity,
            NodeRecord record,
            RandomGenerator random) {
        this(host, cluster, secret, identity, record, random, _ -> null);
    }

    /// @param objection asked before this node says who it is
    public JoinInitiator(
            String host,
            ClusterId cluster,
            ClusterSecret secret,
            Identity identity,
            NodeRecord record,
            RandomGenerator random,
            Objection objection) {
        this.host = host;
        this.cluster = cluster;
        this.secret = secret;
        this.identity = identity;
        this.record = record;
        this.random = random;
        this.objection = objection;
        this.handshake = new JoinHandshake(JoinChannel.prologue(cluster));
    }

    /// The first bytes to write. Once.
    public List<JoinStep> start() {
        if (state != State.NEW) {
            throw new IllegalStateException("a join starts once");
        }
        state = State.HELLO;
        byte[] presharedKey = secret.toBytes();
        byte[] first = handshake.writeFirst(presharedKey, new byte[0], random);
        Arrays.fill(presharedKey, (byte) 0);
        return List.of(
                new JoinStep.Send(JoinChannel.handshakeFrame(JoinLayout.FRAME_HELLO, first)));
    }

    /// @param bytes whatever the stream had, in any pieces; not kept
    public List<JoinStep> onBytes(byte[] bytes) {
        List<JoinStep> steps = new ArrayList<>();
        if (state != State.OVER) {
            channel.append(bytes);
        }
        while (state != State.OVER) {
            byte[] frame = channel.next();
            if (frame == null) {
                if (channel.isBroken()) {
                    fail(JoinFailure.MALFORMED, steps);
                }
                break;
            }
            onFrame(frame, steps);
        }
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
        handshake.close();
        channel.close();
    }

    private void onFrame(byte[] frame, List<JoinStep> steps) {
        switch (state) {
            case HELLO -> onAnswer(frame, steps);
            case PRESENT, WELCOMED -> {
                byte[] message = channel.open(frame);
                onMessage(
                        message == null ? new JoinMessage.Malformed() : JoinMessage.parse(message),
                        steps);
            }
            case NEW, OVER -> throw new IllegalStateException("no frame is read when " + state);
        }
    }

    private void onAnswer(byte[] frame, List<JoinStep> steps) {
        int type = frame[0];
        if (frame.length < JoinLayout.REFUSED_LENGTH) {
            fail(JoinFailure.MALFORMED, steps);
        } else if (frame[1] != JoinLayout.VERSION) {
            fail(JoinFailure.WRONG_VERSION, steps);
        } else if (type == JoinLayout.FRAME_REFUSED) {
            fail(JoinFailure.WRONG_SECRET, steps);
        } else if (type != JoinLayout.FRAME_ANSWER || frame.length != JoinLayout.ANSWER_LENGTH) {
            fail(JoinFailure.MALFORMED, steps);
        } else {
            byte[] payload = handshake.readSecond(Arrays.copyOfRange(frame, 2, frame.length));
            if (payload == null) {
                fail(JoinFailure.WRONG_SECRET, steps);
            } else {
                onNetwork(JoinMessage.parseNetwork(payload), steps);
            }
        }
    }

    /// Says who this node is only where it would stay: the member installs it for good then.
    private void onNetwork(@Nullable OverlayNetwork network, List<JoinStep> steps) {
        String problem = network == null ? null : objection.to(network);
        if (network == null) {
            fail(JoinFailure.MALFORMED, steps);
        } else if (problem != null) {
            close();
            steps.add(new JoinStep.Failed(JoinFailure.UNWANTED, problem, 0));
        } else {
            present(steps);
        }
    }

    private void present(List<JoinStep> steps) {
        state = State.PRESENT;
        byte[] send = new byte[32];
        byte[] receive = new byte[32];
        handshake.split(send, receive);
        channel.secure(send, receive);
        byte[] proof =
                identity.sign(JoinProof.message(JoinLayout.INITIATOR_PROOF, handshake.hash()));
        steps.add(new JoinStep.Send(channel.seal(JoinMessage.present(record, proof))));
    }

    private void onMessage(JoinMessage message, List<JoinStep> steps) {
        switch (message) {
            case JoinMessage.Welcome it when state == State.PRESENT -> onWelcome(it, steps);
            case JoinMessage.Nodes(List<KnownNode> some) when state == State.WELCOMED -> {
                nodes.addAll(some);
                if (nodes.size() > RecordJudge.MAX_RECORDS) {
                    fail(JoinFailure.MALFORMED, steps);
                }
            }
            case JoinMessage.Evictions(List<Eviction> some) when state == State.WELCOMED -> {
                evictions.addAll(some);
                if (evictions.size() > warren.cluster.Evictions.MAX) {
                    fail(JoinFailure.MALFORMED, steps);
                }
            }
            case JoinMessage.End _ when welcome != null -> joined(welcome, steps);
            case JoinMessage.Denied(JoinMessage.Denial denial, long sequence)
                    when state == State.PRESENT ->
                    fail(denial.failure(), sequence, steps);
            case JoinMessage.Welcome _,
                    JoinMessage.Nodes _,
                    JoinMessage.Evictions _,
                    JoinMessage.End _,
                    JoinMessage.Denied _,
                    JoinMessage.Present _,
                    JoinMessage.Malformed _ ->
                    fail(JoinFailure.MALFORMED, steps);
        }
    }

    private void joined(JoinMessage.Welcome it, List<JoinStep> steps) {
        close();
        steps.add(
                new JoinStep.Joined(
                        it.cluster(),
                        it.record(),
                        List.copyOf(nodes),
                        new JoinStep.News(secret.tag(), it.rotation(), it.secret(), evictions)));
    }

    private void onWelcome(JoinMessage.Welcome it, List<JoinStep> steps) {
        byte[] signed = JoinProof.message(JoinLayout.RESPONDER_PROOF, handshake.hash());
        if (!it.cluster().id().equals(cluster)
                || !it.record().isSignedFor(cluster)
                || !it.record().identity().verify(signed, it.proof())) {
            fail(JoinFailure.BAD_PROOF, steps);
        } else {
            welcome = it;
            state = State.WELCOMED;
        }
    }

    private void fail(JoinFailure reason, List<JoinStep> steps) {
        fail(reason, 0, steps);
    }

    private void fail(JoinFailure reason, long sequence, List<JoinStep> steps) {
        close();
        steps.add(new JoinStep.Failed(reason, message(reason), sequence));
    }

    private String message(JoinFailure reason) {
        return switch (reason) {
            case WRONG_SECRET ->
                    "the cluster secret in this token is not that of the cluster at " + host;
            case WRONG_VERSION ->
                    "the node at " + host + " speaks another version of the join exchange";
            case MALFORMED -> "what answers at " + host + " is not a warren node, or is broken";
            case CLOSED -> "the node at " + host + " closed the connection before it answered";
            case EVICTED -> "this node was evicted from the cluster at " + host;
            case BAD_PROOF -> "the node at " + host + " and this one cannot prove who they are";
            case OUTRUN -> "the cluster at " + host + " holds a newer record of this node";
            case UNWANTED -> "this node will not live in the network of the cluster at " + host;
            case FULL -> "the cluster at " + host + " has no room for another node";
            case OUTDATED ->
                    "the cluster at "
                            + host
                            + " has a new secret since this token was printed:"
                            + " print another with `warren token`";
            case ADDRESS_TAKEN ->
                    "another node of the cluster at "
                            + host
                            + " has this node's address:"
                            + " its identity must be made anew";
        };
    }
}
