// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import warren.agent.api.Node;
import warren.agent.kernel.Change;
import warren.agent.kernel.KernelPlan;
import warren.agent.kernel.NetlinkKernel;
import warren.agent.kernel.Snapshot;
import warren.agent.kernel.Wish;
import warren.agent.member.JoinListener;
import warren.agent.store.NodeFiles;
import warren.agent.store.SavedNode;
import warren.agent.tunnel.Tunnel;
import warren.cluster.Instance;
import warren.cluster.NodeContent;
import warren.cluster.NodeRecord;
import warren.control.AddressReport;
import warren.control.AttachRequest;
import warren.control.Attachment;
import warren.control.DetachRequest;
import warren.control.EvictRequest;
import warren.control.EvictedNode;
import warren.control.InitRequest;
import warren.control.JoinRequest;
import warren.control.LeaveRequest;
import warren.control.Membership;
import warren.control.PeerStatus;
import warren.control.Problem;
import warren.control.RefusedException;
import warren.control.SecretStatus;
import warren.control.Status;
import warren.control.Token;
import warren.wireguard.X25519;

/// The daemon behind the API: idle until it is told to init or join, a running node from then on,
/// also after a restart. Called on any thread; becoming a node is guarded by `lock`.
final class Daemon implements Node, AutoCloseable {
    private static final Logger LOG = System.getLogger(Daemon.class.getName());

    private final AgentConfig config;
    private final NodeFiles files;
    private final Tunnel tunnel;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();

    /// Guarded by `lock`.
    private NodeMaker.@Nullable Attempt unanswered;

    /// Set under the lock.
    private volatile @Nullable JoinedNode joined;

    Daemon(AgentConfig config, NodeFiles files, Tunnel tunnel) {
        this.config = config;
        this.files = files;
        this.tunnel = tunnel;
    }

    /// Takes up the node that this machine was, where it was one.
    void resume() throws IOException {
        SavedNode saved = files.load();
        if (saved == null) {
            LOG.log(Level.INFO, "not a node yet, waiting for init or join");
            return;
        }
        SavedNode node = saved.withOwn(nextInstance(saved));
        files.saveRecords(node.cluster(), node.own(), node.others());
        JoinedNode resumed = JoinedNode.start(config, node, files, tunnel, random);
        joined = resumed;
        resumed.startedBefore(Instance.startedAt(saved.own().content().instance()));
        LOG.log(
                Level.INFO,
                "node resumed name={0} id={1} cluster={2}",
                node.settings().name(),
                node.identity().id(),
                node.cluster().id());
    }

    /// The record of this start: another instance of the same node, and newer than all before.
    private NodeRecord nextInstance(SavedNode saved) {
        NodeContent last = saved.own().content();
        NodeContent content =
                new NodeContent(
                        last.sequence() + 1,
                        Instance.draw(Instant.now().getEpochSecond(), random),
                        last.name(),
                        new X25519().publicKey(saved.tunnelKey()),
                        last.nextWireguardKey(),
                        last.endpoints(),
                        config.joinPort(),
                        last.claims(),
                        last.dataPlanes(),
                        last.epochs());
        return NodeRecord.sign(content, saved.identity(), saved.cluster().id());
    }

    @Override
    public Membership init(InitRequest request) throws IOException {
        return become(maker -> maker.first(request));
    }

    @Override
    public Membership join(JoinRequest request) throws IOException {
        return become(maker -> maker.joining(request));
    }

    private interface Making {
        NodeMaker.Made make(NodeMaker maker) throws IOException;
    }

    private Membership become(Making making) throws IOException {
        if (!lock.tryLock()) {
            throw new RefusedException(
                    new Problem("another init or join is under way", "wait for it"));
        }
        try {
            JoinedNode present = joined;
            if (present != null) {
                throw new RefusedException(
                        new Problem(
                                "this machine is a node of cluster "
                                        + present.membership().cluster()
                                        + " already",
                                "`warren status` shows it"));
            }
            return make(making);
        } finally {
            lock.unlock();
        }
    }

    private Membership make(Making making) throws IOException {
        NodeMaker.Made made;
        JoinedNode node;
        try (NetlinkKernel kernel = NetlinkKernel.open()) {
            refuseForeignInterface(kernel.snapshot());
            refuseTakenPorts(kernel.snapshot());
            NodeMaker maker = new NodeMaker(config, random, kernel, tunnel, files, unanswered);
            try {
                made = making.make(maker);
                SavedNode saved = made.node();
                files.saveRecords(saved.cluster(), saved.own(), saved.others());
                node = JoinedNode.start(config, saved, files, tunnel, random);
            } catch (IOException e) {
                unanswered = maker.unanswered();
                undo(e);
                throw e;
            }
        }
        unanswered = null;
        joined = node;
        if (made.welcome() == null) {
            node.settle();
        } else {
            node.welcome(made.welcome());
        }
        Membership membership = node.membership();
        LOG.log(
                Level.INFO,
                "node made name={0} id={1} cluster={2}",
                membership.name(),
                membership.id(),
                membership.cluster());
        return membership;
    }

    /// After a failure this machine is no node, also not when the agent starts again.
    private void undo(IOException failure) {
        try {
            files.forget();
            tunnel.remove();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /// Asked before anything is made, so that a refusal leaves nothing behind.
    private void refuseForeignInterface(Snapshot snapshot) throws RefusedException {
        var link = snapshot.link(config.interfaceName());
        if (link != null && !Snapshot.isOurs(link)) {
            throw new RefusedException(
                    new Problem(
                            "interface " + link.name() + " is there and not Warren's",
                            "remove it, or choose another name in " + AgentConfig.FILE));
        }
    }

    /// A tunnel that runs already has its port.
    private void refuseTakenPorts(Snapshot snapshot) throws IOException {
        JoinListener.refuseTaken(config.joinPort());
        if (snapshot.link(config.interfaceName()) != null) {
            return;
        }
        try {
            new DatagramSocket(config.tunnelPort()).close();
        } catch (SocketException e) {
            throw new RefusedException(
                    new Problem(
                            "cannot use UDP "
                                    + config.tunnelPort()
                                    + " for the tunnel: "
                                    + e.getMessage(),
                            "choose another port in " + AgentConfig.FILE));
        }
    }

    private JoinedNode joined() throws RefusedException {
        JoinedNode node = joined;
        if (node == null) {
            throw new RefusedException(
                    new Problem(
                            "this machine is not a node yet",
                            "run `warren init` on the first node, `warren join -` on others"));
        }
        return node;
    }

    @Override
    public Token token() throws IOException {
        return joined().token();
    }

    @Override
    public SecretStatus secret() throws IOException {
        return joined().secret();
    }

    @Override
    public SecretStatus rotate() throws IOException {
        return joined().rotate();
    }

    @Override
    public EvictedNode evict(EvictRequest request) throws IOException {
        return joined().evict(request.node());
    }

    /// The membership ends on disk first: an agent that stops in between starts as no node, and
    /// what is left in the kernel goes with the tunnel.
    @Override
    public Membership leave(LeaveRequest request) throws IOException {
        if (!lock.tryLock()) {
            throw new RefusedException(
                    new Problem("an init, join or leave is under way", "wait for it"));
        }
        try {
            JoinedNode node = joined();
            Membership ended = node.membership();
            node.leave(request.force());
            node.close();
            joined = null;
            files.forget();
            tunnel.remove();
            try (NetlinkKernel kernel = NetlinkKernel.open()) {
                Snapshot left = kernel.snapshot();
                for (Change change : KernelPlan.changes(Wish.nothing(), left, kernel)) {
                    kernel.apply(change);
                }
            }
            LOG.log(Level.INFO, "left the cluster");
            return ended;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Status status() {
        JoinedNode node = joined;
        return node == null ? Status.uninitialised(List.of()) : node.status();
    }

    @Override
    public List<PeerStatus> peers() throws IOException {
        return joined().peers();
    }

    @Override
    public AddressReport addresses() throws IOException {
        return joined().addresses();
    }

    @Override
    public Attachment attach(AttachRequest request) throws IOException {
        return joined().attach(request);
    }

    @Override
    public void detach(DetachRequest request) throws IOException {
        joined().detach(request.name());
    }

    @Override
    public void close() throws IOException {
        JoinedNode node = joined;
        if (node != null) {
            node.close();
        }
    }
}
