// SPDX-License-Identifier: Apache-2.0
package warren.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The JSON that other tools rely on, letter by letter, and its way back.
class JsonTest {
    private static final NodeStatus NODE =
            new NodeStatus(
                    "alpha",
                    "00112233445566778899",
                    "fd00::1",
                    "a2V5",
                    "userspace",
                    List.of("10.100.4.0/26"),
                    List.of("192.0.2.1:51820"));

    private static final PeerStatus PEER =
            new PeerStatus(
                    "beta",
                    "ff112233445566778899",
                    "fd00::2",
                    "a2V5Mg==",
                    "alive",
                    "direct",
                    "192.0.2.2:51820",
                    7L,
                    148,
                    240,
                    1420,
                    List.of("10.100.5.0/26", "10.100.0.3/32"));

    @Test
    void statusOfANodeReadsAsTheContractSays() {
        Status status =
                new Status(
                        Status.State.JOINED,
                        "f6c3227a70",
                        "10.100.0.0/16",
                        NODE,
                        List.of(new ContainerStatus("c1", "10.100.0.2")),
                        List.of("a problem"),
                        new SecretStatus(
                                2,
                                3,
                                List.of(new SecretStatus.Waiting("b", "00", true)),
                                List.of(new EvictedNode("x", "01"))));
        assertEquals(
                "{\"state\":\"joined\",\"cluster\":\"f6c3227a70\",\"network\":\"10.100.0.0/16\","
                        + "\"node\":{\"name\":\"alpha\",\"id\":\"00112233445566778899\","
                        + "\"address\":\"fd00::1\",\"publicKey\":\"a2V5\","
                        + "\"tunnel\":\"userspace\",\"blocks\":[\"10.100.4.0/26\"],"
                        + "\"endpoints\":[\"192.0.2.1:51820\"]},"
                        + "\"containers\":[{\"name\":\"c1\",\"address\":\"10.100.0.2\"}],"
                        + "\"problems\":[\"a problem\"],"
                        + "\"secret\":{\"epoch\":2,\"alive\":3,\"ready\":2,"
                        + "\"waiting\":[{\"name\":\"b\",\"id\":\"00\",\"alive\":true}],"
                        + "\"evicted\":[{\"name\":\"x\",\"id\":\"01\"}]}}",
                status.jsonText());
    }

    @Test
    void peersReadAsTheContractSays() {
        assertEquals(
                "[{\"name\":\"beta\",\"id\":\"ff112233445566778899\",\"address\":\"fd00::2\","
                        + "\"publicKey\":\"a2V5Mg==\",\"state\":\"alive\",\"path\":\"direct\","
                        + "\"endpoint\":\"192.0.2.2:51820\",\"lastHandshakeSeconds\":7,"
                        + "\"rxBytes\":148,\"txBytes\":240,\"mtu\":1420,"
                        + "\"blocks\":[\"10.100.5.0/26\",\"10.100.0.3/32\"]}]",
                Message.jsonText(List.of(PEER)));
    }

    @Test
    void attachmentReadsAsTheContractSays() {
        assertEquals(
                "{\"name\":\"c1\",\"address\":\"10.100.0.3\",\"gateway\":\"169.254.1.1\","
                        + "\"mtu\":1420}",
                new Attachment("c1", "10.100.0.3", "169.254.1.1", 1420).jsonText());
    }

    @Test
    void everyAnswerComesBackAsItWas() throws MalformedJsonException {
        Status joined =
                new Status(
                        Status.State.JOINED,
                        "c",
                        "n",
                        NODE,
                        List.of(new ContainerStatus("c1", "10.100.0.2")),
                        List.of());
        assertEquals(joined, Status.parse(joined.json()));
        Status idle = Status.uninitialised(List.of());
        assertEquals(idle, Status.parse(idle.json()));
        assertEquals(List.of(PEER), PeerStatus.parseList(Message.json(List.of(PEER))));
        Membership membership = new Membership("c", "n", "alpha", "00", "fd00::1");
        assertEquals(membership, Membership.parse(membership.json()));
        Attachment attachment = new Attachment("c1", "10.0.0.1", "169.254.1.1", 1280);
        assertEquals(attachment, Attachment.parse(attachment.json()));
        assertEquals(new Token("t"), Token.parse(new Token("t").json()));
        assertEquals(new Problem("e", "h"), Problem.parse(new Problem("e", "h").json()));
    }

    @Test
    void everyRequestComesBackAsItWas() throws MalformedJsonException {
        InitRequest init = new InitRequest("alpha", null, List.of("host:1"));
        assertEquals(init, InitRequest.parse(init.json()));
        JoinRequest join = new JoinRequest("warren1.x", null, List.of());
        assertEquals(join, JoinRequest.parse(join.json()));
        AttachRequest attach = new AttachRequest("c1", "/run/netns/c1", "10.100.0.3");
        assertEquals(attach, AttachRequest.parse(attach.json()));
        DetachRequest detach = new DetachRequest("c1");
        assertEquals(detach, DetachRequest.parse(detach.json()));
    }

    @Test
    void aPeerNeverHeardOfHasNullsNotZeros() throws MalformedJsonException {
        PeerStatus unheard =
                new PeerStatus(
                        "n", "i", "a", "k", "suspect", "none", null, null, 0, 0, 1420, List.of());
        PeerStatus back = PeerStatus.parseList(Message.json(List.of(unheard))).getFirst();
        assertNull(back.endpoint());
        assertNull(back.lastHandshakeSeconds());
    }

    @Test
    void secretsAreNotInTheTextForms() {
        assertFalse(new Token("secret").toString().contains("secret"));
        assertFalse(new JoinRequest("secret", "n", List.of()).toString().contains("secret"));
    }

    @Test
    void wrongTypesAreNamed() {
        assertMalformed("{\"name\":5}", "field name is not a string");
        assertMalformed("{\"endpoints\":\"x\"}", "field endpoints is not an array");
        assertMalformed("{\"endpoints\":[1]}", "field endpoints holds more than strings");
        assertMalformed("[]", "not a JSON object");
        MalformedJsonException missing =
                assertThrows(MalformedJsonException.class, () -> DetachRequest.parse(bytes("{}")));
        assertEquals("field name is missing", missing.getMessage());
    }

    @Test
    void textThatIsNoJsonIsRefusedWithoutAStackOfCauses() {
        for (String text : List.of("", "{", "{\"name\":", "nonsense", "\u0000")) {
            assertThrows(MalformedJsonException.class, () -> InitRequest.parse(bytes(text)));
        }
    }

    @Test
    void deepNestingDoesNotOverflowTheStack() {
        byte[] deep = bytes("[".repeat(200_000));
        assertThrows(MalformedJsonException.class, () -> InitRequest.parse(deep));
    }

    private static void assertMalformed(String json, String message) {
        MalformedJsonException e =
                assertThrows(MalformedJsonException.class, () -> InitRequest.parse(bytes(json)));
        assertEquals(message, e.getMessage());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
