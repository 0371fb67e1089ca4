// SPDX-License-Identifier: Apache-2.0
package warren.agent.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.cluster.ClusterDescriptor;
import warren.cluster.ClusterId;
import warren.cluster.ClusterSecret;
import warren.cluster.Epoch;
import warren.cluster.Eviction;
import warren.cluster.Identity;
import warren.cluster.KnownNode;
import warren.cluster.MemberState;
import warren.cluster.NodeRecord;
import warren.cluster.StateFiles;
import warren.wireguard.PrivateKey;

/// The files of a node that belongs to a cluster. `records` is written last and says that the
/// others are complete: without it the node counts as uninitialised.
///
/// | file            | content                                          | written by      |
/// |-----------------|--------------------------------------------------|-----------------|
/// | `identity`      | the Ed25519 seed                                 | init, join      |
/// | `wireguard.key` | the tunnel's private key, as `wg genkey` prints  | init, join, a clock set
/// back |
/// | `secrets`       | the cluster secrets                              | init, join, gossip loop |
/// | `evictions`     | who was evicted, and by whom                     | gossip loop     |
/// | `node.json`     | name, endpoints, seeds                           | init, join      |
/// | `records`       | the cluster's descriptor, all records and states | gossip loop     |
/// | `addresses`     | claims and allocations                           | reconcile loop  |
/// | `containers.json` | what is attached                               | reconcile loop  |
public final class NodeFiles {
    private static final String IDENTITY = "identity";
    private static final String TUNNEL_KEY = "wireguard.key";
    private static final String SECRETS = "secrets";
    private static final String SETTINGS = "node.json";
    private static final String RECORDS = "records";
    private static final String EVICTIONS = "evictions";
    private static final String ADDRESSES = "addresses";
    private static final String CONTAINERS = "containers.json";

    private final StateDirectory directory;

    public NodeFiles(StateDirectory directory) {
        this.directory = directory;
    }

    public StateDirectory directory() {
        return directory;
    }

    /// The node as saved, or null where this machine is none yet.
    ///
    /// @throws IOException naming the file that is missing or damaged; nothing is changed then
    public @Nullable SavedNode load() throws IOException {
        byte[] file = directory.read(RECORDS);
        if (file == null) {
            return null;
        }
        StateFiles.Records records = parsed(RECORDS, file, StateFiles::parseRecords);
        Identity identity = read(IDENTITY, StateFiles::parseIdentity);
        List<KnownNode> others = new ArrayList<>();
        NodeRecord own = null;
        for (KnownNode node : records.nodes()) {
            if (node.record().identity().equals(identity.key())) {
                own = node.record();
            } else {
                others.add(node);
            }
        }
        if (own == null) {
            throw new IOException(problem(RECORDS, "this node's own record is not in it"));
        }
        return new SavedNode(
                identity,
                read(TUNNEL_KEY, NodeFiles::tunnelKey),
                read(SECRETS, StateFiles::parseSecrets).secrets(),
                read(SETTINGS, NodeSettings::parse),
                records.cluster(),
                own,
                others);
    }

    /// Saves what a node that is being made keeps for itself. It is no node before its records are
    /// saved too.
    public void saveKeys(
            Identity identity,
            PrivateKey tunnelKey,
            ClusterId cluster,
            List<ClusterSecret> secrets,
            NodeSettings settings)
            throws IOException {
        directory.write(IDENTITY, StateFiles.identity(identity));
        saveTunnelKey(tunnelKey);
        saveEpochs(cluster, secrets.stream().map(secret -> new Epoch(secret, null)).toList());
        directory.write(SETTINGS, settings.json());
    }

    public void saveTunnelKey(PrivateKey tunnelKey) throws IOException {
        directory.write(
                TUNNEL_KEY, (tunnelKey.toBase64() + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /// The secrets held, newest first; they change while the node runs.
    public List<Epoch> epochs() throws IOException {
        return read(SECRETS, StateFiles::parseSecrets).epochs();
    }

    public void saveEpochs(ClusterId cluster, List<Epoch> epochs) throws IOException {
        directory.write(SECRETS, StateFiles.secrets(cluster, epochs));
    }

    public List<Eviction> evictions() throws IOException {
        byte[] file = directory.read(EVICTIONS);
        return file == null ? List.of() : parsed(EVICTIONS, file, StateFiles::parseEvictions);
    }

    public void saveEvictions(List<Eviction> evictions) throws IOException {
        directory.write(EVICTIONS, StateFiles.evictions(evictions));
    }

    /// Ends the membership on disk, `records` first: a machine that stops in between is no node.
    /// Also takes back what was saved of a node that could not be made.
    public void forget() throws IOException {
        for (String file :
                List.of(
                        RECORDS,
                        IDENTITY,
                        TUNNEL_KEY,
                        SECRETS,
                        SETTINGS,
                        EVICTIONS,
                        ADDRESSES,
                        CONTAINERS)) {
            directory.delete(file);
        }
    }

    public void saveRecords(ClusterDescriptor cluster, NodeRecord own, List<KnownNode> others)
            throws IOException {
        List<KnownNode> all = new ArrayList<>(others);
        all.add(new KnownNode(own, MemberState.ALIVE, 1));
        directory.write(RECORDS, StateFiles.records(cluster, all));
    }

    private interface Parser<T> {
        T parse(byte[] file);
    }

    private <T> T read(String name, Parser<T> parser) throws IOException {
        return parsed(name, required(name), parser);
    }

    private byte[] required(String name) throws IOException {
        byte[] file = directory.read(name);
        if (file == null) {
            throw new IOException(problem(name, "it is missing"));
        }
        return file;
    }

    private <T> T parsed(String name, byte[] file, Parser<T> parser) throws IOException {
        try {
            return parser.parse(file);
        } catch (IllegalArgumentException e) {
            throw new IOException(problem(name, e.getMessage()), e);
        }
    }

    private String problem(String name, @Nullable String what) {
        return "cannot use "
                + directory.path(name)
                + ": "
                + what
                + "; restore it, or move the directory away to make this machine a new node";
    }

    private static PrivateKey tunnelKey(byte[] file) {
        return PrivateKey.ofBase64(new String(file, StandardCharsets.US_ASCII).strip());
    }
}
