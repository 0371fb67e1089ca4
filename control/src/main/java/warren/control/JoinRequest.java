// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// `warren join`: enter the cluster that a token names. Holds the cluster secret, so its text form
/// hides the token.
///
/// @param token what `warren token` printed on a member
/// @param name what the node calls itself; the host's name where null
/// @param endpoints `HOST[:PORT]` where other nodes reach this one; the host's own addresses where
/// empty
public record JoinRequest(String token, @Nullable String name, List<String> endpoints)
        implements Message {
    public JoinRequest {
        endpoints = List.copyOf(endpoints);
    }

    @Override
    public ObjectNode tree() {
        ObjectNode tree = Fields.object().put("token", token).put("name", name);
        tree.set("endpoints", Fields.array(endpoints));
        return tree;
    }

    public static JoinRequest parse(byte[] json) throws MalformedJsonException {
        Fields fields = Fields.parse(json);
        return new JoinRequest(
                fields.text("token"), fields.optionalText("name"), fields.texts("endpoints"));
    }

    @Override
    public String toString() {
        return "JoinRequest[token=(redacted), name=" + name + ", endpoints=" + endpoints + "]";
    }
}
