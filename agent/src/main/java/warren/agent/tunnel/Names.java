// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import warren.wireguard.IpAddress;

/// Addresses of DNS names without waiting for them: an unknown name is looked up in the background,
/// and known to the next who asks. Thread-safe.
public final class Names {
    /// Long enough to ask little, short enough to follow a host that moves.
    private static final long KEEP_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final int RESOLVERS = 4;
    private static final int IDLE_SECONDS = 10;

    private record Entry(List<IpAddress> addresses, long askedNanos) {}

    private final Map<String, Entry> known = new ConcurrentHashMap<>();
    private final Runnable onNews;

    /// The system's resolver blocks its thread for as long as a name server is silent: on virtual
    /// threads a few silent ones would stop all that runs on these.
    private final ThreadPoolExecutor resolvers;

    /// @param onNews called on any thread when a name has got other addresses
    public Names(Runnable onNews) {
        this.onNews = onNews;
        this.resolvers =
                new ThreadPoolExecutor(
                        RESOLVERS,
                        RESOLVERS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().name("resolve-", 0).daemon(true).factory());
        resolvers.allowCoreThreadTimeOut(true);
    }

    /// What the name resolved to last; empty while that is not known.
    public List<IpAddress> addresses(String name, long nowNanos) {
        Entry entry = known.get(name);
        if (entry == null || nowNanos - entry.askedNanos() > KEEP_NANOS) {
            List<IpAddress> last = entry == null ? List.of() : entry.addresses();
            known.put(name, new Entry(last, nowNanos));
            resolvers.execute(() -> ask(name, last, nowNanos));
            return last;
        }
        return entry.addresses();
    }

    private void ask(String name, List<IpAddress> last, long nowNanos) {
        try {
            List<IpAddress> found =
                    Arrays.stream(InetAddress.getAllByName(name))
                            .map(IpAddress::of)
                            .distinct()
                            .toList();
            known.put(name, new Entry(found, nowNanos));
            if (!found.equals(last)) {
                onNews.run();
            }
        } catch (UnknownHostException _) {
            // What was known stays; the name is asked for again in a minute.
        }
    }
}
