// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One received message: the header's fields and a view of its payload.
///
/// ```
///  0               1               2               3
///  |                          nlmsg_len                            |
///  |          nlmsg_type           |         nlmsg_flags           |
///  |                          nlmsg_seq                            |
///  |                          nlmsg_pid (port)                     |
///  |                 payload, padded to four bytes                 |
/// ```
///
/// Immutable as long as nobody writes to the array it was parsed from.
public final class NetlinkMessage {
    private final int type;
    private final int flags;
    private final int sequence;
    private final int port;
    private final byte[] data;
    private final int payloadAt;
    private final int payloadLength;

    private NetlinkMessage(byte[] data, int offset, int length) {
        this.type = (short) PayloadReader.U16.get(data, offset + 4) & 0xffff;
        this.flags = (short) PayloadReader.U16.get(data, offset + 6) & 0xffff;
        this.sequence = (int) PayloadReader.U32.get(data, offset + 8);
        this.port = (int) PayloadReader.U32.get(data, offset + 12);
        this.data = data;
        this.payloadAt = offset + NetlinkConstants.NLMSG_HDRLEN;
        this.payloadLength = length - NetlinkConstants.NLMSG_HDRLEN;
    }

    /// What one receive gave: the messages before the first unsound one, and its error.
    public record Batch(List<NetlinkMessage> messages, @Nullable Malformed malformed) {
        public Batch {
            messages = List.copyOf(messages);
        }
    }

    /// Cuts a datagram into messages. The messages keep `datagram`, which the caller must not
    /// change any more.
    public static Batch parse(byte[] datagram) {
        var messages = new ArrayList<NetlinkMessage>();
        int at = 0;
        while (at < datagram.length) {
            int left = datagram.length - at;
            if (left < NetlinkConstants.NLMSG_HDRLEN) {
                return new Batch(messages, Malformed.HEADER_TRUNCATED);
            }
            int length = (int) PayloadReader.U32.get(datagram, at);
            if (length < NetlinkConstants.NLMSG_HDRLEN || length > left) {
                return new Batch(messages, Malformed.MESSAGE_LENGTH);
            }
            messages.add(new NetlinkMessage(datagram, at, length));
            at += Math.min(left, NetlinkConstants.align(length));
        }
        return new Batch(messages, null);
    }

    /// A whole message, ready to be sent.
    static byte[] encode(int type, int flags, int sequence, int port, byte[] payload) {
        int length = NetlinkConstants.NLMSG_HDRLEN + payload.length;
        byte[] out = new byte[NetlinkConstants.align(length)];
        PayloadReader.U32.set(out, 0, length);
        PayloadReader.U16.set(out, 4, (short) type);
        PayloadReader.U16.set(out, 6, (short) flags);
        PayloadReader.U32.set(out, 8, sequence);
        PayloadReader.U32.set(out, 12, port);
        System.arraycopy(payload, 0, out, NetlinkConstants.NLMSG_HDRLEN, payload.length);
        return out;
    }

    /// `RTM_NEWLINK` and the like; below `NLMSG_MIN_TYPE` a control message.
    public int type() {
        return type;
    }

    public int flags() {
        return flags;
    }

    public int sequence() {
        return sequence;
    }

    /// The port of the socket whose request caused the message; 0 for one the kernel sent itself.
    public int port() {
        return port;
    }

    /// A fresh reader at the start of the payload.
    public PayloadReader payload() {
        return new PayloadReader(data, payloadAt, payloadLength, new PayloadReader.Failure());
    }
}
