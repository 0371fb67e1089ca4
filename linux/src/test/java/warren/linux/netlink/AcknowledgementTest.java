// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import warren.linux.errno.Errno;

class AcknowledgementTest {
    private static final int CAPPED = NetlinkConstants.NLM_F_CAPPED;
    private static final int TLVS = NetlinkConstants.NLM_F_ACK_TLVS;
    private static final String REQUEST = "2c00000018000506010000000700000" + "0";

    @Test
    void zeroIsConsent() {
        assertDoesNotThrow(() -> error(CAPPED, "00000000" + REQUEST).check("route add"));
    }

    @Test
    void refusalHasErrnoAndTheKernelsWords() {
        var text =
                HexFormat.of()
                        .formatHex(
                                "Nexthop has invalid gateway\0"
                                        .getBytes(StandardCharsets.US_ASCII));
        var ack =
                error(CAPPED | TLVS, "9bffffff" + REQUEST + "20000100" + text + "0800020024000000");
        var thrown = assertThrows(NetlinkException.class, () -> ack.check("route add"));
        assertEquals(Errno.ENETUNREACH, thrown.errno());
        assertEquals("Nexthop has invalid gateway (at byte 36)", thrown.kernelText());
        assertEquals("route add", thrown.operation());
    }

    @Test
    void echoedRequestIsSkippedWhereItIsNotCapped() {
        var echoed = "18000000" + "18000506" + "01000000" + "07000000" + "ffffffffffffffff";
        var ack = error(TLVS, "eaffffff" + echoed + "0700010062616400");
        assertEquals(Errno.EINVAL, ack.errno());
        assertEquals("bad", ack.text());
    }

    @Test
    void lengthOfTheEchoedRequestIsNotTrusted() {
        for (var length : new String[] {"ffffffff", "00000000", "ffffff7f", "00000080"}) {
            var ack = error(TLVS, "eaffffff" + length + REQUEST.substring(8));
            assertEquals(Errno.EINVAL, ack.errno());
            assertEquals(Malformed.FIELD_TRUNCATED, ack.malformed());
        }
    }

    @Test
    void permissionSaysWhatIsNeeded() {
        var ack = error(CAPPED, "ffffffff" + REQUEST);
        var thrown = assertThrows(NetlinkException.class, () -> ack.check("link add wg0"));
        assertEquals(
                "link add wg0: EPERM (operation not permitted): needs CAP_NET_ADMIN",
                thrown.getMessage());
    }

    @Test
    void endOfADumpHasItsErrorToo() {
        var done = NetlinkConstants.NLMSG_DONE;
        assertEquals(0, message(done, 2, "00000000").errno());
        assertEquals(Errno.EINVAL, message(done, 2, "eaffffff").errno());
        var truncated = message(done, 2, "0000");
        assertThrows(NetlinkException.class, () -> truncated.check("link show"));
    }

    private static Acknowledgement error(int flags, String payload) {
        return message(NetlinkConstants.NLMSG_ERROR, flags, payload);
    }

    private static Acknowledgement message(int type, int flags, String payload) {
        byte[] bytes = NetlinkMessage.encode(type, flags, 1, 7, HexFormat.of().parseHex(payload));
        return Acknowledgement.of(NetlinkMessage.parse(bytes).messages().getFirst());
    }
}
