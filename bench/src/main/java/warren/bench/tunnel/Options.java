// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The command line, see [#USAGE].
///
/// @param root of the checkout
/// @param seconds of each throughput test
/// @param manyPeers 0: that part is left out
/// @param congestion control of TCP, which moves every TCP figure
/// @param soakMinutes instead of everything else; 0: no soak
record Options(
        Path root,
        int rounds,
        int seconds,
        int manyPeers,
        int soakMinutes,
        Family family,
        String congestion,
        @Nullable Path json,
        List<String> ours,
        List<String> peers) {
    static final String USAGE =
            """
            usage: ./dev bench tunnel [OPTION VALUE]...
              --rounds N      of each contender, in turn (default 5; 0: only the part with many peers)
              --seconds N     of each throughput test (default 5)
              --quick         2 rounds of 2 s, 20 peers instead of 200
              --many N        peers of the part with many peers (default 200; 0 leaves it out)
              --ipv6          IPv6 outside and inside; without nebula and the part with many peers
              --congestion C  TCP congestion control (default cubic, as on most machines)
              --soak MINUTES  instead of all this: each contender under full load both ways, and
                              whether it loses packets, grows, or misses a rekey
              --ours A,B      what of ours runs: warren, or with a backend warren:libcrypto,
                              warren:ipsec-mb, warren:jce, warren:vector (default warren)
              --peers A,B     what it is compared with: wireguard-go, nebula, or veth, the bare
                              cable (default wireguard-go,nebula; '' for none)
              --json FILE     writes all figures of all rounds there
            """;

    static final List<String> OURS =
            List.of("warren", "warren:libcrypto", "warren:ipsec-mb", "warren:jce", "warren:vector");
    static final List<String> PEERS = List.of("wireguard-go", "nebula", "veth");

    Options {
        ours = List.copyOf(ours);
        peers = List.copyOf(peers);
    }

    /// @throws IllegalArgumentException with a line for the user
    static Options parse(List<String> words) {
        Path root = Path.of(".");
        boolean quick = words.contains("--quick");
        int rounds = quick ? 2 : 5;
        int seconds = quick ? 2 : 5;
        int many = quick ? 20 : 200;
        int soak = 0;
        Family family = words.contains("--ipv6") ? Family.V6 : Family.V4;
        String congestion = "cubic";
        Path json = null;
        List<String> ours = List.of("warren");
        List<String> peers =
                words.contains("--soak")
                        ? List.of()
                        : family == Family.V6
                                ? List.of("wireguard-go")
                                : List.of("wireguard-go", "nebula");
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            if (word.equals("--quick") || word.equals("--ipv6")) {
                continue;
            }
            if (!rest.hasNext()) {
                throw new IllegalArgumentException(word + ": unknown, or without its value");
            }
            String value = rest.next();
            switch (word) {
                case "--root" -> root = Path.of(value);
                case "--rounds" -> rounds = number(word, value, 0);
                case "--seconds" -> seconds = number(word, value, 1);
                case "--many" -> many = number(word, value, 0);
                case "--soak" -> soak = number(word, value, 1);
                case "--congestion" -> congestion = value;
                case "--json" -> json = Path.of(value);
                case "--ours" -> ours = names(word, value, OURS);
                case "--peers" -> peers = names(word, value, PEERS);
                default -> throw new IllegalArgumentException("no such option: " + word);
            }
        }
        return new Options(
                root.toAbsolutePath(),
                rounds,
                seconds,
                many,
                soak,
                family,
                congestion,
                json,
                ours,
                peers);
    }

    /// All contenders, ours first.
    List<String> contenders() {
        List<String> all = new ArrayList<>(ours);
        all.addAll(peers);
        return all;
    }

    private static int number(String option, String value, int least) {
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= 1000) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new IllegalArgumentException(
                option + " " + value + ": a number from " + least + " to 1000 is needed");
    }

    private static List<String> names(String option, String value, List<String> known) {
        List<String> names = new ArrayList<>();
        for (String name : value.split(",", -1)) {
            if (name.isEmpty()) {
                continue;
            }
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        option + " " + name + ": one of " + String.join(", ", known));
            }
            names.add(name);
        }
        return names;
    }
}
