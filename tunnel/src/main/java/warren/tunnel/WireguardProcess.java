// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import warren.linux.Processes;

/// The command `warren wireguard`, a drop-in for `wireguard-go`: makes a WireGuard interface and
/// runs it until its socket is removed, its interface is deleted, or a signal comes.
///
///     warren wireguard [-f | --foreground] IFACE
///     warren wireguard --version
///
/// Without `-f` it returns once the interface is up and leaves a process of its own behind.
///
/// - `LOG_LEVEL`: `verbose` or `debug`, `error`, `silent`; otherwise changes of state are logged.
///   The process left behind logs only where this is set, as `wireguard-go` does.
/// - `WG_PROCESS_FOREGROUND`: `1` is `-f`.
/// - `WARREN_LAUNCHER`: what to start the process left behind with, followed by
///   `wireguard -f IFACE`; otherwise it is this very Java command.
/// - `WARREN_AEAD`: developer knob, unstable: `ipsec-mb`, `libcrypto`, `jce` or `vector`.
/// - `WARREN_OFFLOADS`: developer knob, unstable: `none`, or those to use of
///   `tso,uso,gso,gro,coalesce`.
/// - `WARREN_QUEUES`: developer knob, unstable: threads each way, 1 to 32, or `shared` for one in
///   all.
public final class WireguardProcess {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    /// What the kernel takes and `wg-quick` does, which keeps names out of other directories too.
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[a-zA-Z0-9_=+.-]{1,15}");

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    private WireguardProcess(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    /// Runs the command with what follows `wireguard` on the command line.
    ///
    /// @return the exit code: 0 done, 1 failed with one line on `err`, 2 usage
    public static int run(String[] args, PrintStream out, PrintStream err) {
        return new WireguardProcess(System.getenv(), out, err).run(List.of(args));
    }

    private int run(List<String> args) {
        if (args.equals(List.of("--version"))) {
            out.println("warren wireguard " + version());
            return DONE;
        }
        boolean flag = args.size() == 2 && (args.contains("-f") || args.contains("--foreground"));
        if (args.isEmpty() || args.size() > 2 || (args.size() == 2 && !flag)) {
            return usage();
        }
        String name = args.getFirst().startsWith("-") ? args.getLast() : args.getFirst();
        if (name.startsWith("-")) {
            return usage();
        }
        if (!NAME.matcher(name).matches()) {
            err.println("not an interface name: " + name);
            return USAGE;
        }
        boolean foreground = flag || "1".equals(environment.get("WG_PROCESS_FOREGROUND"));
        return foreground ? foreground(name) : detach(name, args.size());
    }

    private int foreground(String name) {
        boolean reporting = environment.containsKey(DetachedProcess.REPORT_VARIABLE);
        try {
            if (reporting) {
                Processes.detach();
            }
            TunnelLog.configure(environment.get("LOG_LEVEL"), err);
            String queues = environment.get(Queues.VARIABLE);
            int processors = Runtime.getRuntime().availableProcessors();
            var options =
                    new TunnelOptions(
                            name,
                            AeadChoice.choose(environment.get(AeadChoice.VARIABLE)),
                            Offloads.wanted(environment.get(Offloads.VARIABLE)),
                            Queues.wanted(queues, processors),
                            Queues.areShared(queues, processors),
                            UapiClient.SOCKET_DIRECTORY,
                            TunnelOptions.STATE_DIRECTORY);
            return serve(options, reporting);
        } catch (AccessDeniedException e) {
            (reporting ? out : err)
                    .println("no permission for " + e.getFile() + "; run it as root");
            return FAILED;
        } catch (IOException | IllegalArgumentException e) {
            String line = Objects.requireNonNullElse(e.getMessage(), e.toString());
            (reporting ? out : err).println(line);
            return FAILED;
        }
    }

    private int serve(TunnelOptions options, boolean reporting) throws IOException {
        UserspaceDevice device = UserspaceDevice.start(options);
        Thread onSignal = new Thread(() -> endBySignal(device), "signal");
        Runtime.getRuntime().addShutdownHook(onSignal);
        if (reporting) {
            out.println(DetachedProcess.READY);
            out.close();
        }
        Ending.Reason reason = device.await();
        device.close();
        System.getLogger(WireguardProcess.class.getName())
                .log(System.Logger.Level.INFO, "Tunnel has ended: {0}", reason.text);
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException _) { // the signal was the reason: the hook ends the process
            return DONE;
        }
        return reason == Ending.Reason.FAILED ? FAILED : DONE;
    }

    /// Takes the device down and ends the process with success, as `wireguard-go` answers signals,
    /// rather than with the signal's number as Java does.
    private static void endBySignal(UserspaceDevice device) {
        device.stop();
        device.awaitClosed();
        Runtime.getRuntime().halt(DONE);
    }

    private int detach(String name, int argumentCount) {
        try {
            DetachedProcess.start(environment, name, argumentCount);
            return DONE;
        } catch (IOException e) {
            err.println(e.getMessage());
            return FAILED;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            err.println("interrupted while " + name + " was starting");
            return FAILED;
        }
    }

    private int usage() {
        err.println("usage: warren wireguard [-f | --foreground] IFACE");
        return USAGE;
    }

    private static String version() {
        var descriptor = WireguardProcess.class.getModule().getDescriptor();
        return descriptor == null ? "development" : descriptor.rawVersion().orElse("development");
    }
}
