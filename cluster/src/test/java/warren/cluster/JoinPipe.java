// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// Runs both sides of a join against each other in memory, with somebody in the middle if
/// wanted.
public final class JoinPipe {
    private JoinPipe() {}

    /// Whoever sits between the two sides.
    public interface Middle {
        byte[] toResponder(byte[] bytes);

        byte[] toInitiator(byte[] bytes);

        static Middle honest() {
            return of(UnaryOperator.identity(), UnaryOperator.identity());
        }

        static Middle of(UnaryOperator<byte[]> toResponder, UnaryOperator<byte[]> toInitiator) {
            return new Middle() {
                @Override
                public byte[] toResponder(byte[] bytes) {
                    return toResponder.apply(bytes);
                }

                @Override
                public byte[] toInitiator(byte[] bytes) {
                    return toInitiator.apply(bytes);
                }
            };
        }
    }

    /// @return what the initiator was told at last, and before that what the responder was
    public static List<JoinStep> run(
            JoinInitiator initiator, JoinResponder responder, Consumer<KnownNode> install) {
        return run(initiator, responder, install, Middle.honest());
    }

    public static List<JoinStep> run(
            JoinInitiator initiator,
            JoinResponder responder,
            Consumer<KnownNode> install,
            Middle middle) {
        List<JoinStep> ends = new ArrayList<>();
        List<byte[]> up = bytes(initiator.start(), ends);
        while (!up.isEmpty()) {
            List<JoinStep> answers = new ArrayList<>();
            for (byte[] bytes : up) {
                answers.addAll(responder.onBytes(middle.toResponder(bytes)));
            }
            for (JoinStep step : List.copyOf(answers)) {
                if (step instanceof JoinStep.Install(KnownNode newcomer)) {
                    install.accept(newcomer);
                    answers.addAll(responder.installed());
                }
            }
            List<JoinStep> replies = new ArrayList<>();
            for (byte[] bytes : bytes(answers, ends)) {
                replies.addAll(initiator.onBytes(middle.toInitiator(bytes)));
            }
            up = bytes(replies, ends);
        }
        ends.addAll(responder.onEnd());
        ends.addAll(initiator.onEnd());
        responder.close();
        initiator.close();
        return ends;
    }

    private static List<byte[]> bytes(List<JoinStep> steps, List<JoinStep> others) {
        List<byte[]> bytes = new ArrayList<>();
        for (JoinStep step : steps) {
            if (step instanceof JoinStep.Send(byte[] sent)) {
                bytes.add(sent);
            } else {
                others.add(step);
            }
        }
        return bytes;
    }
}
