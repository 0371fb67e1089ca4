// SPDX-License-Identifier: Apache-2.0
package warren.control;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Why the agent refused: one line a human can act on.
///
/// @param error what failed, on what and why
/// @param hint what to do now; null where nothing better can be said
public record Problem(String error, @Nullable String hint) implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object().put("error", error).put("hint", hint);
    }

    public static Problem parse(byte[] json) throws MalformedJsonException {
        Fields fields = Fields.parse(json);
        return new Problem(fields.text("error"), fields.optionalText("hint"));
    }

    /// The one line that a command prints: the error, and the hint after a semicolon.
    public String line() {
        return hint == null ? error : error + "; " + hint;
    }
}
