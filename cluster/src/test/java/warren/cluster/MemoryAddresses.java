// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;

/// The addresses of a simulated node, driven as its agent's reconcile loop does.
public final class MemoryAddresses {
    private static final long INTERVAL = MemoryCluster.SECOND / 5;

    private final MemoryCluster cluster;
    private final MemoryNode node;
    private final AddressPlan plan;
    private final Set<String> isolated = new HashSet<>();
    private boolean scheduled;
    private int refused;

    MemoryAddresses(MemoryCluster cluster, MemoryNode node) {
        this.cluster = cluster;
        this.node = node;
        this.plan = new AddressPlan(OverlayNetwork.DEFAULT, node.id(), cluster.random());
    }

    void start() {
        changed();
    }

    /// Something about others has changed.
    void changed() {
        if (!scheduled) {
            scheduled = true;
            cluster.at(cluster.now() + INTERVAL, this::reconcile);
        }
    }

    List<Claim> claims() {
        return plan.claims();
    }

    /// Wants an address for a container, and goes on until it has one or was refused.
    public void want(String container, @Nullable IpAddress given) {
        if (!node.isRunning()) {
            return;
        }
        AddressPlan.Allocation allocation =
                plan.allocate(container, given, node.gossip().members(), cluster.now());
        publish();
        switch (allocation) {
            case AddressPlan.Allocation.Given _ -> {
                // it has it
            }
            case AddressPlan.Allocation.Wait(long until) ->
                    cluster.at(until, () -> want(container, given));
            case AddressPlan.Allocation.Refused _ -> refused++;
        }
    }

    public int refused() {
        return refused;
    }

    /// Addresses of containers that are not isolated.
    public Set<IpAddress> inUse() {
        Set<IpAddress> used = new HashSet<>();
        plan.allocations()
                .forEach(
                        (container, address) -> {
                            if (!isolated.contains(container)) {
                                used.add(address);
                            }
                        });
        return used;
    }

    private void reconcile() {
        scheduled = false;
        if (!node.isRunning()) {
            return;
        }
        isolated.clear();
        for (AddressPlan.Conflict conflict : plan.resolve(node.gossip().members(), cluster.now())) {
            isolated.add(conflict.container());
        }
        plan.prepare(node.gossip().members(), cluster.now());
        publish();
    }

    private void publish() {
        List<Claim> claims = plan.claims();
        if (!claims.equals(node.gossip().own().content().claims())) {
            node.claim(claims.toArray(Claim[]::new));
        }
    }
}
