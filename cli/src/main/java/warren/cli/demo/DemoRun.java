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

    /// Returns whether everything that the demo claims was seen to hold.
    ///
    /// @throws IOException where it broke off; everything is cleaned up by then
    public boolean run() throws IOException {
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

    private boolean runAndCleanUp() throws IOException {
        Narration tell = new Narration(options.json() ? err : out);
        Cleanup cleanup = new Cleanup();
        Demo demo = new Demo(options, tell, cleanup);
        try {
            DemoResult result = demo.run();
            if (options.json()) {
                out.println(result.json());
            }
            if (options.keep()) {
                demo.showAround();
                tell.blank();
                tell.title("Enter or Ctrl-C ends it.");
                awaitEnter();
            }
            return verdict(result, tell);
        } catch (InterruptedException _) {
            return false; // Ctrl-C
        } catch (IOException e) {
            if (stopping.get()) {
                return false; // Ctrl-C reached the programs of the demo first
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

    private static boolean verdict(DemoResult result, Narration tell) {
        List<String> doubts = result.doubts();
        tell.blank();
        if (doubts.isEmpty()) {
            tell.title("All of it held. Everything the demo made is being removed.");
        }
        doubts.forEach(doubt -> tell.title("NOT AS CLAIMED: " + doubt));
        return doubts.isEmpty();
    }

    private void cleanUp(Cleanup cleanup) {
        // The flag would cut short the waiting that cleaning up needs.
        boolean interrupted = Thread.interrupted();
        for (String problem : cleanup.run()) {
            err.println("could not clean up: " + problem);
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
