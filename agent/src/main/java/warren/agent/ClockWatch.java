// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import warren.agent.member.GossipLoop;
import warren.agent.store.NodeFiles;
import warren.cluster.Instance;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;
import warren.wireguard.X25519;

/// Notices that this machine's clock is behind what it has been: behind the agent's last start, or
/// behind a start that other nodes hold a record of, as after a restored backup.
///
/// WireGuard refuses a handshake whose time stamp is not above the last one under that key, so the
/// node takes a new key, which peers learn from its record. Thread-safe.
final class ClockWatch {
    private static final Logger LOG = System.getLogger(ClockWatch.class.getName());

    /// Set by hand and by time servers a clock goes back by seconds all the time; a handshake does
    /// not mind, since it comes every two minutes.
    private static final long TOLERATED_SECONDS = 60;

    /// How long the old key carries the news of the new one.
    private static final long SPREAD_MILLIS = 1000;

    /// Where the new key is put to use.
    interface Device {
        void use(PrivateKey key) throws IOException;
    }

    private final InstantSource clock;
    private final NodeFiles files;
    private final GossipLoop gossip;
    private final Device device;
    private final SecureRandom random;
    private final AtomicBoolean renewed = new AtomicBoolean();
    private volatile long latestSeconds;

    ClockWatch(
            InstantSource clock,
            NodeFiles files,
            GossipLoop gossip,
            Device device,
            SecureRandom random) {
        this.clock = clock;
        this.files = files;
        this.gossip = gossip;
        this.device = device;
        this.random = random;
    }

    /// Another start of this node took place at that time, by this machine's clock of then.
    void startedAt(long epochSeconds) {
        latestSeconds = Math.max(latestSeconds, epochSeconds);
        if (isBehind() && renewed.compareAndSet(false, true)) {
            LOG.log(
                    Level.WARNING,
                    "clock is behind an earlier start of this node, taking a new key start={0}",
                    Instant.ofEpochSecond(epochSeconds));
            Thread.ofPlatform().name("new-key").daemon(true).start(this::renewKey);
        }
    }

    private boolean isBehind() {
        return latestSeconds - clock.instant().getEpochSecond() > TOLERATED_SECONDS;
    }

    /// One sentence for the user while the clock is behind; null where it is not.
    @Nullable String problem() {
        long latest = latestSeconds;
        long behind = latest - clock.instant().getEpochSecond();
        if (behind <= TOLERATED_SECONDS) {
            return null;
        }
        return ("this machine's clock is %s behind what it was when this node started before, at"
                        + " %s; set it. Peers refuse handshakes that seem old, so the node took a"
                        + " new WireGuard key")
                .formatted(length(behind), Instant.ofEpochSecond(latest));
    }

    private static String length(long seconds) {
        Duration time = Duration.ofSeconds(seconds);
        return time.toHours() < 48
                ? "%d:%02d h".formatted(time.toHours(), time.toMinutesPart())
                : time.toDays() + " days";
    }

    private void renewKey() {
        PrivateKey key = NodeMaker.drawTunnelKey(random);
        PublicKey announced = new X25519().publicKey(key);
        try {
            files.saveTunnelKey(key);
            gossip.publish(content -> content.withWireguardKey(announced));
            TimeUnit.MILLISECONDS.sleep(SPREAD_MILLIS);
            device.use(key);
            LOG.log(Level.INFO, "tunnel has a new key key={0}", announced.toBase64());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "no new key reason={0}", e.getMessage());
            renewed.set(false); // the next sign tries again
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// A record of ours that this agent did not sign.
    void foreign(long instance) {
        startedAt(Instance.startedAt(instance));
    }
}
