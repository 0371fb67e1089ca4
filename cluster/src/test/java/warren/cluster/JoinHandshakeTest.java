// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import warren.wireguard.ChaCha20Poly1305;

/// The set for `Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s` among the vectors that the
/// implementations cacophony and snow publish.
final class JoinHandshakeTest {
    private static final byte[] PROLOGUE = hex("4a6f686e2047616c74");
    private static final byte[] KEY =
            hex("54686973206973206d7920417573747269616e20706572737065637469766521");
    private static final byte[] INITIATOR =
            hex("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a");
    private static final byte[] RESPONDER =
            hex("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b");
    private static final String FIRST =
            "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
                    + "fda936bec35a8adfdff198386f7d5475880897edaaf7495314c99095a2e4d66a";
    private static final String SECOND =
            "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
                    + "4cd2a371993ba41ea11448024fca32766b169183c9e691a7a433279da7e729";

    private final byte[] theirs = new byte[32];

    @Test
    void producesThePublishedMessagesHashAndKeys() {
        try (JoinHandshake initiator = new JoinHandshake(PROLOGUE);
                JoinHandshake responder = new JoinHandshake(PROLOGUE)) {
            byte[] first = initiator.writeFirst(KEY, text("Ludwig von Mises"), fixed(INITIATOR));
            assertEquals(FIRST, HexFormat.of().formatHex(first));
            assertArrayEquals(text("Ludwig von Mises"), responder.readFirst(KEY, first, theirs));
            byte[] second =
                    responder.writeSecond(theirs, text("Murray Rothbard"), fixed(RESPONDER));
            assertEquals(SECOND, HexFormat.of().formatHex(second));
            assertArrayEquals(text("Murray Rothbard"), initiator.readSecond(second));
            assertEquals(
                    "b3e9c846d264120a4211e18307da91157a21e92e69b639c50f027f101db3e1a6",
                    HexFormat.of().formatHex(initiator.hash()));
            assertArrayEquals(initiator.hash(), responder.hash());
            byte[] up = new byte[32];
            byte[] down = new byte[32];
            responder.split(up, down);
            assertArrayEquals(
                    hex("bc44da303ae0beb08075fc4eb4e58235c67c2d1f53a4f2fff0bca7"),
                    ChaCha20Poly1305.seal(up, 0, text("F. A. Hayek"), new byte[0]));
            assertArrayEquals(
                    hex("416d1af83e9fa6966ce4e871156b131aa9bd7e9a1d6f8794f4872a"),
                    ChaCha20Poly1305.seal(down, 0, text("Carl Menger"), new byte[0]));
        }
    }

    @Test
    void anotherKeyOrPrologueDoesNotReadTheFirstMessage() {
        byte[] other = KEY.clone();
        other[31] ^= 1;
        try (JoinHandshake wrongKey = new JoinHandshake(PROLOGUE);
                JoinHandshake wrongPrologue = new JoinHandshake(text("other"))) {
            assertNull(wrongKey.readFirst(other, hex(FIRST), theirs));
            assertNull(wrongPrologue.readFirst(KEY, hex(FIRST), theirs));
        }
    }

    @Test
    void anEphemeralKeyOfSmallOrderIsNotAnswered() {
        try (JoinHandshake responder = new JoinHandshake(PROLOGUE)) {
            assertNull(responder.writeSecond(new byte[32], new byte[0], fixed(RESPONDER)));
        }
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] text(String text) {
        return text.getBytes(US_ASCII);
    }

    private static RandomGenerator fixed(byte[] bytes) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new IllegalStateException("only whole keys are drawn");
            }

            @Override
            public void nextBytes(byte[] out) {
                System.arraycopy(bytes, 0, out, 0, out.length);
            }
        };
    }
}
