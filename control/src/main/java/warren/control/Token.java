// SPDX-License-Identifier: Apache-2.0
package warren.control;

import tools.jackson.databind.node.ObjectNode;

/// The join token: the cluster secret and where to find members. Whoever holds it can join.
///
/// @param token the text to hand to `warren join -`
public record Token(String token) implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object().put("token", token);
    }

    public static Token parse(byte[] json) throws MalformedJsonException {
        return new Token(Fields.parse(json).text("token"));
    }

    @Override
    public String toString() {
        return "Token[token=(redacted)]";
    }
}
