// SPDX-License-Identifier: Apache-2.0
package warren.agent.container;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import warren.control.Problem;
import warren.control.RefusedException;
import warren.linux.namespace.NamespaceId;
import warren.wireguard.IpAddress;

/// Containers in memory: a namespace is a path, and has one interface at most.
final class FakePlug implements Plug {
    final Map<Path, NamespaceId> namespaces = new HashMap<>();
    final Set<String> plugged = new TreeSet<>();
    final Set<Path> taken = new HashSet<>();
    boolean broken;

    void add(String path, long inode) {
        namespaces.put(Path.of(path), new NamespaceId(4, inode));
    }

    @Override
    public NamespaceId identify(Path netns) throws IOException {
        NamespaceId id = namespaces.get(netns);
        if (id == null) {
            throw new RefusedException(new Problem(netns + " is gone", null));
        }
        return id;
    }

    @Override
    public void plug(Container container, IpAddress ipv6, int mtu) throws IOException {
        if (broken) {
            throw new IOException("the kernel says no");
        }
        if (!taken.add(container.netns())) {
            throw new RefusedException(new Problem("eth0 is taken", null));
        }
        plugged.add(container.hostInterface());
    }

    @Override
    public void unplug(Container container) {
        if (plugged.remove(container.hostInterface())) {
            taken.remove(container.netns());
        }
    }

    @Override
    public boolean isAlive(Container container) {
        return container.namespace().equals(namespaces.get(container.netns()));
    }

    @Override
    public void resize(Container container, int mtu) {}
}
