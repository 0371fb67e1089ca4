// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The results as text for a person, or as JSON for a program. Immutable.
///
/// @param versions what exactly ran, by contender
record Report(Machine machine, Options options, Map<String, String> versions, Results results) {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    Report {
        versions = Map.copyOf(versions);
    }

    String text() {
        StringBuilder text = new StringBuilder(head());
        text.append("\nMedians over the rounds\n\n").append(medians());
        for (String ours : options.ours()) {
            text.append("\nRatios of ")
                    .append(ours)
                    .append(", formed in each round: median (least to greatest)\n\n")
                    .append(ratios(ours));
        }
        text.append("\nGbit/s of one TCP stream in each half second after the first ping\n\n");
        List<List<String>> ramps = new ArrayList<>();
        for (String contender : results.contenders()) {
            List<String> row = new ArrayList<>(List.of(contender));
            results.ramp(contender).forEach(value -> row.add(number(value)));
            ramps.add(row);
        }
        return text.append(table(ramps)).toString();
    }

    String head() {
        StringBuilder text = new StringBuilder();
        text.append(
                "%s%s, %d cores, Linux %s, TCP %s, load %.2f at start, commit %s, %s\n"
                        .formatted(
                                machine.cpu(),
                                machine.avx512() ? " (AVX-512)" : "",
                                machine.cores(),
                                machine.kernel(),
                                options.congestion(),
                                machine.load(),
                                machine.commit(),
                                machine.time()));
        text.append(
                "%d rounds of %d s%s\n"
                        .formatted(
                                options.rounds(),
                                options.seconds(),
                                options.family() == Family.V6 ? ", IPv6 outside and inside" : ""));
        versions.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> text.append(entry.getKey() + ": " + entry.getValue() + "\n"));
        if (!machine.isQuiet()) {
            text.append("WARNING: this machine was not quiet: do not keep these figures\n");
        }
        return text.toString();
    }

    private String medians() {
        List<List<String>> rows = new ArrayList<>();
        List<String> heads = new ArrayList<>(List.of("", ""));
        heads.addAll(results.contenders());
        rows.add(heads);
        for (Figure figure : Figure.values()) {
            List<String> row = new ArrayList<>(List.of(figure.title, figure.unit));
            for (String contender : results.contenders()) {
                Spread spread = results.spread(contender, figure);
                row.add(spread == null ? "–" : number(spread.median()));
            }
            addUnlessEmpty(rows, row, 2);
        }
        return table(rows);
    }

    private String ratios(String ours) {
        List<List<String>> rows = new ArrayList<>();
        List<String> others =
                results.contenders().stream().filter(name -> !name.equals(ours)).toList();
        List<String> heads = new ArrayList<>(List.of(""));
        others.forEach(name -> heads.add("to " + name));
        rows.add(heads);
        for (Figure figure : Figure.values()) {
            if (figure.isDifference()) {
                continue;
            }
            List<String> row = new ArrayList<>(List.of(figure.title));
            others.forEach(name -> row.add(ratio(results.ratio(ours, name, figure))));
            addUnlessEmpty(rows, row, 1);
        }
        return table(rows);
    }

    private static void addUnlessEmpty(List<List<String>> rows, List<String> row, int heads) {
        if (!row.subList(heads, row.size()).stream().allMatch("–"::equals)) {
            rows.add(row);
        }
    }

    private static String ratio(@Nullable Spread spread) {
        return spread == null
                ? "–"
                : String.format(
                        Locale.ROOT,
                        "%.2f (%.2f to %.2f)",
                        spread.median(),
                        spread.min(),
                        spread.max());
    }

    /// Three significant digits, or all those before the point.
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }

    /// Columns padded to their widest cell, the first to the left, the others to the right.
    static String table(List<List<String>> rows) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? row.get(i) + padding : "  " + padding + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    String json() {
        ObjectNode all = MAPPER.createObjectNode();
        ObjectNode where = all.putObject("machine");
        where.put("cpu", machine.cpu()).put("avx512", machine.avx512());
        where.put("cores", machine.cores()).put("kernel", machine.kernel());
        where.put("load", machine.load()).put("quiet", machine.isQuiet());
        where.put("congestionControl", options.congestion());
        all.put("commit", machine.commit()).put("time", machine.time().toString());
        all.put("rounds", options.rounds()).put("seconds", options.seconds());
        all.put("manyPeers", options.manyPeers());
        for (String contender : results.contenders()) {
            ObjectNode node = all.withObjectProperty("contenders").putObject(contender);
            node.put("version", versions.getOrDefault(contender, ""));
            for (Figure figure : Figure.values()) {
                if (!results.values(contender, figure).isEmpty()) {
                    ObjectNode values = node.withObjectProperty("figures").putObject(figure.name());
                    values.put("unit", figure.unit);
                    ArrayNode rounds = values.putArray("values");
                    results.values(contender, figure).values().forEach(rounds::add);
                }
            }
            ArrayNode ramp = node.putArray("ramp");
            results.ramp(contender).forEach(ramp::add);
        }
        ObjectNode ratios = all.putObject("ratios");
        for (String ours : options.ours()) {
            for (String theirs : options.peers()) {
                ratios(ratios.putObject(ours + " to " + theirs), ours, theirs);
            }
        }
        return all.toPrettyString() + "\n";
    }

    private void ratios(ObjectNode node, String ours, String theirs) {
        for (Figure figure : Figure.values()) {
            Spread spread = results.ratio(ours, theirs, figure);
            if (spread != null && !figure.isDifference()) {
                node.putObject(figure.name())
                        .put("min", spread.min())
                        .put("median", spread.median())
                        .put("max", spread.max())
                        .put("rounds", spread.rounds());
            }
        }
    }
}
