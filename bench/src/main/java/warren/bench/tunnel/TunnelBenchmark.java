// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `./dev bench tunnel`. Exit status 0: measured, perhaps with figures missing; 1: could not; 2:
/// usage.
final class TunnelBenchmark {
    private static final List<String> NEEDED =
            List.of("ip", "iperf3", "mount", "nsenter", "ping", "unshare", "wg");
    private static final String GO = "wireguard-go";

    private final Options options;
    private final PrintStream err;
    private final DebianPackages packages;
    private final Path logs;

    private TunnelBenchmark(Options options, PrintStream err) {
        this.options = options;
        this.err = err;
        this.packages = new DebianPackages(err);
        this.logs = options.root().resolve("bench/target/tunnel").normalize();
    }

    public static void main(String[] words) {
        System.exit(run(List.of(words), System.out, System.err));
    }

    private static int run(List<String> words, PrintStream out, PrintStream err) {
        if (words.contains("--help") || words.contains("-h")) {
            out.print(Options.USAGE);
            return 0;
        }
        try {
            Options options = Options.parse(words);
            new TunnelBenchmark(options, err).run(out);
            return 0;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            err.print(Options.USAGE);
            return 2;
        } catch (BenchmarkException | IOException e) {
            err.println("bench tunnel: " + e.getMessage());
            return 1;
        }
    }

    private void run(PrintStream out) throws BenchmarkException, IOException {
        check();
        Machine machine = Machine.here(options.root());
        List<Contender> contenders = contenders();
        Map<String, String> versions = new LinkedHashMap<>();
        contenders.forEach(each -> versions.put(each.name(), each.version()));
        Results results = new Results(options.contenders());
        Report report = new Report(machine, options, versions, results);
        err.print(report.head());
        if (options.soakMinutes() > 0) {
            soak(contenders, out);
            return;
        }
        for (int round = 1; round <= options.rounds(); round++) {
            Round.of(inTurn(contenders, round), round, options, logs, err, results);
        }
        if (options.manyPeers() > 0 && options.family() == Family.V4) {
            manyPeers(contenders, results);
        }
        out.print(report.text());
        Path json = options.json();
        if (json != null) {
            Files.writeString(json, report.json());
        }
        err.println("what the programs printed is in " + logs);
    }

    private void soak(List<Contender> contenders, PrintStream out) throws BenchmarkException {
        for (Contender contender : contenders) {
            Path log = logs.resolve(contender.name().replace(':', '-') + "-soak");
            Soak.Verdict verdict = Soak.of(contender, options, log, err);
            out.print(contender.name() + "\n" + verdict.text());
            if (!verdict.passed()) {
                throw new BenchmarkException(contender.name() + " did not pass");
            }
        }
    }

    private void check() throws BenchmarkException {
        List<String> missing = NEEDED.stream().filter(name -> !Command.isThere(name)).toList();
        if (!missing.isEmpty()) {
            throw new BenchmarkException("missing: " + String.join(" ", missing));
        }
        if (logs.startsWith("/run") || logs.startsWith("/var/lib")) {
            throw new BenchmarkException("a checkout in /run or /var/lib is hidden in the places");
        }
        if (!Files.isExecutable(launcher())) {
            throw new BenchmarkException(launcher() + " is not built: ./dev build");
        }
    }

    private Path launcher() {
        return options.root().resolve("cli/target/dist/bin/warren");
    }

    private List<Contender> contenders() throws BenchmarkException {
        List<Contender> contenders = new ArrayList<>();
        for (String name : options.contenders()) {
            contenders.add(
                    switch (name) {
                        case GO -> wireguardGo();
                        case "nebula" -> new Nebula(packages.fetch("nebula", "-version"));
                        case "veth" -> new BareCable();
                        default -> warren(name);
                    });
        }
        return contenders;
    }

    private Wireguard wireguardGo() throws BenchmarkException {
        DebianPackages.Programs programs = packages.fetch(GO, "--version");
        return new Wireguard(GO, programs.version(), List.of(programs.path(GO)), Map.of());
    }

    /// @param name `warren`, or followed by a colon and the backend
    private Wireguard warren(String name) {
        int colon = name.indexOf(':');
        Map<String, String> environment =
                colon < 0 ? Map.of() : Map.of("WARREN_AEAD", name.substring(colon + 1));
        List<String> command = List.of(launcher().toString(), "wireguard");
        return new Wireguard(name, "of this checkout", command, environment);
    }

    /// Whoever is first in one round is last in the next, so that a slow drift favours nobody.
    private static <T> List<T> inTurn(List<T> all, int round) {
        List<T> turned = new ArrayList<>(all);
        Collections.rotate(turned, round - 1);
        return turned;
    }

    private void manyPeers(List<Contender> contenders, Results results) {
        for (int round = 1; round <= Math.clamp(options.rounds(), 1, 3); round++) {
            for (Contender contender : inTurn(contenders, round)) {
                if (!(contender instanceof Wireguard wireguard)) {
                    continue;
                }
                err.println(
                        "round %d of %d peers: %s"
                                .formatted(round, options.manyPeers(), contender.name()));
                Path log = logs.resolve(contender.name().replace(':', '-') + "-many-" + round);
                try {
                    ManyPeers peers = new ManyPeers(options, log);
                    results.add(contender.name(), round, peers.of(wireguard, options.seconds()));
                } catch (BenchmarkException e) {
                    err.println("  " + e.getMessage());
                }
            }
        }
    }
}
