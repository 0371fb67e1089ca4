// SPDX-License-Identifier: Apache-2.0
package warren.linux.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a test class that leaves a descriptor or a platform thread behind:
/// `@ExtendWith(LeakCheck.class)`. Counts only what our own code opens (sockets, eventfds, TUN
/// devices, namespaces); files and jars come and go with class loading. Threads of the test engine
/// and the JVM are there before and after.
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
    private static final long PATIENCE_SECONDS = 10;
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(LeakCheck.class);

    private static final List<String> THEIRS =
            List.of(
                    "process reaper",
                    "Cleaner",
                    "ForkJoinPool",
                    "VirtualThread-",
                    "surefire",
                    "HttpClient",
                    "Poller",
                    "Dispatcher",
                    "Reference Handler",
                    "Finalizer",
                    "Notification Thread",
                    "junit");

    private record Before(Map<String, Long> descriptors, Map<String, Long> threads) {}

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        openTheSocketThatTheJdkKeeps();
        context.getStore(STORE).put("before", new Before(descriptors(), threads()));
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        var before = (Before) context.getStore(STORE).get("before");
        awaitNoMoreThan(before.threads(), LeakCheck::threads, "threads");
        awaitNoMoreThan(before.descriptors(), LeakCheck::descriptors, "descriptors");
    }

    /// `sun.nio.ch` makes a socket for closing others with its first one, and keeps it.
    private static void openTheSocketThatTheJdkKeeps() throws IOException {
        DatagramChannel.open().close();
    }

    /// A thread that was told to end may take a moment to do so.
    private static void awaitNoMoreThan(
            Map<String, Long> before, Supplier<Map<String, Long>> now, String what)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Map<String, Long> more = more(before, now.get());
        while (!more.isEmpty() && deadline - System.nanoTime() > 0) {
            TimeUnit.MILLISECONDS.sleep(10);
            more = more(before, now.get());
        }
        if (!more.isEmpty()) {
            fail("the test class left " + what + " behind: " + more);
        }
    }

    private static Map<String, Long> more(Map<String, Long> before, Map<String, Long> after) {
        var more = new TreeMap<String, Long>();
        after.forEach(
                (name, count) -> {
                    long extra = count - before.getOrDefault(name, 0L);
                    if (extra > 0) {
                        more.put(name, extra);
                    }
                });
        return more;
    }

    private static Map<String, Long> threads() {
        return count(
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(LeakCheck::isOurs));
    }

    /// Not the JVM's own, nor those that the JDK starts once and keeps.
    private static boolean isOurs(String thread) {
        return THEIRS.stream().noneMatch(thread::contains);
    }

    private static Map<String, Long> descriptors() {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return count(all.map(LeakCheck::kind).filter(kind -> !kind.isEmpty()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String kind(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return Stream.of("socket:", "anon_inode:[eventfd]", "/dev/net/tun", "net:[")
                    .filter(target::startsWith)
                    .findFirst()
                    .orElse("");
        } catch (IOException _) {
            return ""; // closed since it was listed, as that of the listing is
        }
    }

    private static Map<String, Long> count(Stream<String> names) {
        return names.collect(Collectors.groupingBy(name -> name, Collectors.counting()));
    }
}
