// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What `warren status` shows.
///
/// @param state whether the node belongs to a cluster
/// @param cluster the cluster's id in hex; null while uninitialised
/// @param network the overlay network in CIDR notation; null while uninitialised
/// @param node this node; null while uninitialised
/// @param containers the containers attached to this node
/// @param problems what the agent is trying to get done and cannot, one sentence each
/// @param secret which cluster secret holds; null while uninitialised
public record Status(
        State state,
        @Nullable String cluster,
        @Nullable String network,
        @Nullable NodeStatus node,
        List<ContainerStatus> containers,
        List<String> problems,
        @Nullable SecretStatus secret)
        implements Message {

    /// Whether the node belongs to a cluster. The words are part of the API.
    public enum State {
        UNINITIALISED("uninitialised"),
        JOINED("joined");

        private final String word;

        State(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        static State of(String word) throws MalformedJsonException {
            for (State state : values()) {
                if (state.word.equals(word)) {
                    return state;
                }
            }
            throw new MalformedJsonException("field state is unknown: " + word);
        }
    }

    public Status(
            State state,
            @Nullable String cluster,
            @Nullable String network,
            @Nullable NodeStatus node,
            List<ContainerStatus> containers,
            List<String> problems) {
        this(state, cluster, network, node, containers, problems, null);
    }

    public Status {
        containers = List.copyOf(containers);
        problems = List.copyOf(problems);
    }

    /// The status of an agent that has not been told to init or join.
    public static Status uninitialised(List<String> problems) {
        return new Status(State.UNINITIALISED, null, null, null, List.of(), problems);
    }

    @Override
    public ObjectNode tree() {
        ObjectNode tree =
                Fields.object()
                        .put("state", state.word())
                        .put("cluster", cluster)
                        .put("network", network);
        tree.set("node", node == null ? tree.nullNode() : node.tree());
        ArrayNode all = tree.putArray("containers");
        containers.forEach(container -> all.add(container.tree()));
        tree.set("problems", Fields.array(problems));
        tree.set("secret", secret == null ? tree.nullNode() : secret.tree());
        return tree;
    }

    public static Status parse(byte[] json) throws MalformedJsonException {
        Fields fields = Fields.parse(json);
        Fields node = fields.optionalObject("node");
        Fields secret = fields.optionalObject("secret");
        List<ContainerStatus> containers = new ArrayList<>();
        for (Fields container : fields.objects("containers")) {
            containers.add(ContainerStatus.read(container));
        }
        return new Status(
                State.of(fields.text("state")),
                fields.optionalText("cluster"),
                fields.optionalText("network"),
                node == null ? null : NodeStatus.read(node),
                containers,
                fields.texts("problems"),
                secret == null ? null : SecretStatus.read(secret));
    }
}
