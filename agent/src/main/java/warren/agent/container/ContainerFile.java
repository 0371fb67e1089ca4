// SPDX-License-Identifier: Apache-2.0
package warren.agent.container;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import warren.agent.store.StateDirectory;
import warren.linux.namespace.NamespaceId;
import warren.wireguard.IpAddress;

/// `containers.json`: what is attached, so that a restarted agent adopts it. Confined to the
/// reconcile loop.
public final class ContainerFile {
    private static final String NAME = "containers.json";

    private final StateDirectory directory;

    public ContainerFile(StateDirectory directory) {
        this.directory = directory;
    }

    List<Container> load() throws IOException {
        byte[] file = directory.read(NAME);
        if (file == null) {
            return List.of();
        }
        try {
            List<Container> containers = new ArrayList<>();
            JsonNode all = JsonMapper.shared().readTree(file);
            if (!all.isArray()) { // an empty file, too: taking it for none would free addresses
                throw new IllegalArgumentException("not a list of containers");
            }
            for (JsonNode tree : all) {
                containers.add(container(tree));
            }
            return containers;
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IOException("cannot use " + directory.path(NAME) + ": " + e.getMessage(), e);
        }
    }

    void save(Collection<Container> containers) throws IOException {
        ArrayNode all = JsonMapper.shared().createArrayNode();
        for (Container container : containers) {
            all.addObject()
                    .put("name", container.name())
                    .put("netns", container.netns().toString())
                    .put("device", container.namespace().device())
                    .put("inode", container.namespace().inode())
                    .put("address", container.address().toString());
        }
        directory.write(NAME, JsonMapper.shared().writeValueAsBytes(all));
    }

    private static Container container(JsonNode tree) {
        return new Container(
                tree.required("name").stringValue(),
                Path.of(tree.required("netns").stringValue()),
                new NamespaceId(
                        tree.required("device").longValue(), tree.required("inode").longValue()),
                IpAddress.parse(tree.required("address").stringValue()));
    }
}
