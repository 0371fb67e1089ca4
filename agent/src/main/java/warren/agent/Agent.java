// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Security;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import warren.agent.api.HttpApi;
import warren.agent.kernel.Ipv6;
import warren.agent.store.AgentLock;
import warren.agent.store.NodeFiles;
import warren.agent.store.StateDirectory;
import warren.agent.tunnel.Launcher;
import warren.agent.tunnel.Tunnel;
import warren.agent.tunnel.UserspaceTunnel;
import warren.linux.Processes;

/// `warren agent`: the node's daemon. Runs until it is told to stop (SIGTERM or Ctrl-C); then it
/// leaves the tunnel, the routes and the containers as they are, so that traffic goes on. To take
/// the tunnel down as well, remove its socket (`rm /run/wireguard/wg0.sock`) once the agent has
/// stopped: its process ends, and interface, addresses and routes go with it.
public final class Agent {
    private static final Logger LOG = System.getLogger(Agent.class.getName());

    /// A pass of the reconcile loop may be under way; all else stops at once.
    private static final int STOP_SECONDS = 10;

    private Agent() {}

    /// Runs the agent on the calling thread until the process is told to end.
    ///
    /// @param verbose whether to log what an operator needs only when something is wrong
    /// @throws IOException where it cannot start; the message is the one line to print
    public static void run(AgentConfig config, boolean verbose)
            throws IOException, InterruptedException {
        Logs.configure(verbose);
        forgetNamesSoon();
        if (!Processes.isRoot()) {
            throw new IOException("the agent makes interfaces and routes; run it as root");
        }
        Ipv6.ensure();
        CountDownLatch ended = new CountDownLatch(1);
        try {
            run(config, whenTold(ended));
        } finally {
            ended.countDown();
        }
    }

    /// A node that is alone asks again every few seconds where its seeds are: the JDK would repeat
    /// an old answer for 30 s, and an old failure for 10.
    private static void forgetNamesSoon() {
        Security.setProperty("networkaddress.cache.ttl", "5");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
    }

    private static void run(AgentConfig config, CountDownLatch told)
            throws IOException, InterruptedException {
        Path run = privateDirectory(config.runDirectory());
        try (AgentLock _ = AgentLock.take(run.resolve("agent.lock"));
                Daemon daemon =
                        new Daemon(
                                config,
                                new NodeFiles(StateDirectory.open(config.stateDirectory())),
                                tunnel(config))) {
            daemon.resume();
            try (HttpApi _ = HttpApi.start(daemon, config.socket())) {
                LOG.log(Level.INFO, "agent ready socket={0}", config.socket());
                told.await();
            }
        }
    }

    private static Tunnel tunnel(AgentConfig config) throws IOException {
        return new UserspaceTunnel(
                config.interfaceName(),
                Launcher.ofThisProcess(),
                config.tunnelDirectory(),
                config.runDirectory().resolve("tunnel.log"));
    }

    private static Path privateDirectory(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        return directory;
    }

    /// A latch that opens when the process is told to end. The process then waits for `ended`.
    private static CountDownLatch whenTold(CountDownLatch ended) {
        CountDownLatch told = new CountDownLatch(1);
        Thread hook =
                new Thread(
                        () -> {
                            told.countDown();
                            waitFor(ended);
                        },
                        "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        return told;
    }

    private static void waitFor(CountDownLatch ended) {
        try {
            if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "agent did not stop in time");
            }
        } catch (InterruptedException _) {
            // The process is ending; nobody can interrupt a shutdown hook.
        }
    }
}
