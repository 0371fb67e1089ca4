// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.linux.errno.Errno;

/// The answer to one request while it arrives: its messages up to the acknowledgement or the end of
/// the dump. Messages of another sequence number or port are somebody else's and left aside.
/// Confined to the call that asked.
final class Answer {
    private final String operation;
    private final int sequence;
    private final int port;
    private final List<NetlinkMessage> messages = new ArrayList<>();
    private boolean interrupted;
    private @Nullable Malformed malformed;

    Answer(String operation, int sequence, int port) {
        this.operation = operation;
        this.sequence = sequence;
        this.port = port;
    }

    /// Takes in what was received; true when the answer is complete. An unsound datagram does not
    /// end it, because what follows must be taken off the socket all the same.
    ///
    /// @throws NetlinkException when the kernel refused, or the complete answer is unsound
    boolean accept(NetlinkMessage.Batch batch) throws NetlinkException {
        malformed = malformed == null ? batch.malformed() : malformed;
        for (var message : batch.messages()) {
            if (message.sequence() == sequence && message.port() == port && accept(message)) {
                return true;
            }
        }
        return false;
    }

    List<NetlinkMessage> messages() {
        return messages;
    }

    /// Whether the kernel says that a change came between the parts of the dump.
    boolean interrupted() {
        return interrupted;
    }

    private boolean accept(NetlinkMessage message) throws NetlinkException {
        interrupted |= (message.flags() & NetlinkConstants.NLM_F_DUMP_INTR) != 0;
        switch (message.type()) {
            case NetlinkConstants.NLMSG_NOOP -> {
                return false;
            }
            case NetlinkConstants.NLMSG_ERROR, NetlinkConstants.NLMSG_DONE -> {
                Acknowledgement.of(message).check(operation);
                requireSound();
                return true;
            }
            case NetlinkConstants.NLMSG_OVERRUN ->
                    throw new NetlinkException(operation, Errno.ENOBUFS, "overrun");
            default -> {
                messages.add(message);
                return false;
            }
        }
    }

    private void requireSound() throws NetlinkException {
        if (malformed != null) {
            throw new NetlinkException(operation, Errno.EPROTO, "answer is " + malformed);
        }
    }
}
