// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import warren.linux.errno.Errno;

class AnswerTest {
    private static final int NEWLINK = 16;
    private static final int MULTI = NetlinkConstants.NLM_F_MULTI;
    private static final int INTERRUPTED = NetlinkConstants.NLM_F_DUMP_INTR;
    private static final byte[] OK = new byte[4];

    private final Answer answer = new Answer("link show", 5, 7);

    @Test
    void dumpIsCompleteAtItsEndAndNotBefore() throws NetlinkException {
        assertFalse(answer.accept(batch(message(NEWLINK, MULTI), message(NEWLINK, MULTI))));
        assertFalse(answer.accept(batch(message(NEWLINK, MULTI))));
        assertTrue(answer.accept(batch(done(MULTI))));
        assertEquals(3, answer.messages().size());
        assertFalse(answer.interrupted());
    }

    @Test
    void interruptionIsSeenWhereverItIsMarked() throws NetlinkException {
        answer.accept(batch(message(NEWLINK, MULTI | INTERRUPTED)));
        answer.accept(batch(done(MULTI)));
        assertTrue(answer.interrupted());

        var atTheEnd = new Answer("link show", 5, 7);
        atTheEnd.accept(batch(done(MULTI | INTERRUPTED)));
        assertTrue(atTheEnd.interrupted());
    }

    @Test
    void messagesOfOthersAreLeftAside() throws NetlinkException {
        int done = NetlinkConstants.NLMSG_DONE;
        assertFalse(answer.accept(batch(NetlinkMessage.encode(done, 0, 4, 7, OK))));
        assertFalse(answer.accept(batch(NetlinkMessage.encode(done, 0, 5, 8, OK))));
        assertFalse(answer.accept(batch(NetlinkMessage.encode(NEWLINK, 0, 0, 0, OK))));
        assertEquals(0, answer.messages().size());
    }

    @Test
    void unsoundDatagramIsToldOnlyWhenTheSocketIsEmpty() throws NetlinkException {
        assertFalse(answer.accept(batch(message(NEWLINK, MULTI), new byte[3])));
        var thrown = assertThrows(NetlinkException.class, () -> answer.accept(batch(done(MULTI))));
        assertEquals(Errno.EPROTO, thrown.errno());
    }

    @Test
    void overrunAndErrorsOfADumpAreThrown() {
        var overrun = batch(message(NetlinkConstants.NLMSG_OVERRUN, 0));
        assertEquals(
                Errno.ENOBUFS,
                assertThrows(NetlinkException.class, () -> answer.accept(overrun)).errno());
        var failed =
                batch(
                        NetlinkMessage.encode(
                                NetlinkConstants.NLMSG_DONE,
                                MULTI,
                                5,
                                7,
                                new byte[] {-22, -1, -1, -1}));
        assertEquals(
                Errno.EINVAL,
                assertThrows(NetlinkException.class, () -> answer.accept(failed)).errno());
    }

    private static byte[] message(int type, int flags) {
        return NetlinkMessage.encode(type, flags, 5, 7, OK);
    }

    private static byte[] done(int flags) {
        return message(NetlinkConstants.NLMSG_DONE, flags);
    }

    private static NetlinkMessage.Batch batch(byte[]... parts) {
        var datagram = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            datagram.writeBytes(part);
        }
        return NetlinkMessage.parse(datagram.toByteArray());
    }
}
