// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

/// What the two sides of a join sign with their identities: their role and the hash of the whole
/// handshake, so that a proof is worth nothing in any other conversation, nor for the other
/// side.
final class JoinProof {
    private JoinProof() {}

    static byte[] message(String role, byte[] handshakeHash) {
        return new WireWriter().put(role.getBytes(US_ASCII)).u8(0).put(handshakeHash).toBytes();
    }
}
