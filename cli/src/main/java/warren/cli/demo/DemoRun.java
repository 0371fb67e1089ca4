// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// The demo as a process: its ways to end (done, broken off, Ctrl-C), each with everything cleaned
/// up.
///
/// The script runs on the calling thread. Ctrl-C starts a shutdown hook, which interrupts that
/// thread and waits until it has cleaned up.
public final class DemoRun {
    private static final Duration CLEANUP_LIMIT = Duration.ofSeconds(30);

    private static final List<String> PROGRAMS =
            List.of(
                    "ip", "nsenter", "unshare", "setpriv", "mount", "bash", "tcpdump", "ping",
                    "iperf3", "wg");
    private static final String INSTALL =
            "apt-get install iproute2 util-linux tcpdump iputils-ping iperf3 wireguard-tools";

    private final DemoOptions options;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CountDownLatch cleaned = new CountDownLatch(1);

    public DemoRun(DemoOptions options, InputStream in, PrintStream out, PrintStream err) {
        this.options = options;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /// How a demo ended; everything is cleaned up by then.
    public enum Ending {
        /// Everything that the demo claims was seen to hold.
        HELD,
        /// It came to its end, and something was not as claimed.
        DOUBTFUL,
        /// Ctrl-C or SIGTERM.
        INTERRUPTED
    }

    /// @throws IOException where it broke off; everything is cleaned up by then
    public Ending run() throws IOException {
        List<String> missing = Tool.missing(PROGRAMS);
        if (!missing.isEmpty()) {
            throw new DemoException(
                    "the demo needs " + String.join(", ", missing) + "; on Debian: " + INSTALL);
        }
        Thread script = Thread.currentThread();
        Thread hook = new Thread(() -> stop(script), "demo-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return runAndCleanUp();
        } finally {
            cleaned.countDown();
            if (!stopping.get()) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }

    private Ending runAndCleanUp() throws IOException {
        Narration tell = new Narration(options.json() ? err : out, !options.json());
        Cleanup cleanup = new Cleanup();
        Demo demo = new Demo(options, tell, cleanup);
        try {
            DemoResult result = demo.run();
            if (options.json()) {
                out.println(result.json());
            }
            Ending ending = verdict(result, tell);
            if (options.keep()) {
                demo.showAround();
                tell.blank();
                tell.title("Enter or Ctrl-C ends it and removes everything.");
                awaitEnter();
            }
            return ending;
        } catch (InterruptedException _) {
            return Ending.INTERRUPTED;
        } catch (IOException e) {
            if (stopping.get()) {
                return Ending.INTERRUPTED; // it reached the programs of the demo first
            }
            demo.lastWords().forEach(err::println);
            if (options.json()) {
                out.println(DemoResult.failureJson(String.valueOf(e.getMessage())));
            }
            throw e;
        } finally {
            cleanUp(cleanup);
        }
    }

    private static Ending verdict(DemoResult result, Narration tell) {
        List<String> doubts = result.doubts();
        tell.blank();
        if (doubts.isEmpty()) {
            tell.title("All of it held.");
        }
        doubts.forEach(doubt -> tell.title("NOT AS CLAIMED: " + doubt));
        return doubts.isEmpty() ? Ending.HELD : Ending.DOUBTFUL;
    }

    private void cleanUp(Cleanup cleanup) {
        // The flag would cut short the waiting that cleaning up needs.
        boolean interrupted = Thread.interrupted();
        for (String problem : cleanup.run()) {
            err.println("could not clean up: " + problem);
        }
        if (stopping.get()) {
            err.println("Interrupted. Everything the demo made is removed.");
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Without a terminal there is nobody to press Enter: then until a signal.
    private void awaitEnter() throws IOException, InterruptedException {
        while (true) {
            if (in.available() > 0) {
                int octet = in.read();
                if (octet == '\n') {
                    return;
                }
            } else {
                Thread.sleep(100);
            }
        }
    }

    private void stop(Thread script) {
        stopping.set(true);
        script.interrupt();
        try {
            if (!cleaned.await(CLEANUP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                err.println("the demo could not clean up in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
