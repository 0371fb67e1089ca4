// SPDX-License-Identifier: Apache-2.0
package warren.agent.store;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import warren.cluster.HostPort;

/// What the user said when the node was made. Immutable.
///
/// @param name what the node calls itself
/// @param endpoints where others are to reach it; empty for its own addresses
/// @param seeds where it once found the cluster, and tries again when it is alone
public record NodeSettings(String name, List<HostPort> endpoints, List<HostPort> seeds) {
    public NodeSettings {
        endpoints = List.copyOf(endpoints);
        seeds = List.copyOf(seeds);
    }

    byte[] json() {
        ObjectNode tree = JsonMapper.shared().createObjectNode().put("name", name);
        tree.putArray("endpoints").addAll(texts(endpoints));
        tree.putArray("seeds").addAll(texts(seeds));
        return JsonMapper.shared().writeValueAsBytes(tree);
    }

    /// @throws IllegalArgumentException saying what is wrong
    static NodeSettings parse(byte[] json) {
        try {
            JsonNode tree = JsonMapper.shared().readTree(json);
            return new NodeSettings(
                    tree.required("name").stringValue(),
                    hostPorts(tree.required("endpoints")),
                    hostPorts(tree.required("seeds")));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    private static List<JsonNode> texts(List<HostPort> hostPorts) {
        return hostPorts.stream()
                .map(
                        each ->
                                (JsonNode)
                                        JsonMapper.shared()
                                                .getNodeFactory()
                                                .stringNode(each.toString()))
                .toList();
    }

    private static List<HostPort> hostPorts(JsonNode array) {
        List<HostPort> all = new ArrayList<>();
        for (JsonNode text : array) {
            all.add(HostPort.parse(text.stringValue(), 51820));
        }
        return all;
    }
}
