// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Pings whose payload carries a readable marker, and what came of them.
///
/// @param sent echo requests
/// @param received echo replies
/// @param averageMillis mean round trip; 0 where nothing was received
record Ping(int sent, int received, double averageMillis) {
    /// Sixteen bytes: all that `ping -p` can repeat.
    static final String MARKER = "warren-plaintext";

    /// How a person types such a ping.
    static final String COMMAND = "ping -s 1000 -p " + HexFormat.of().formatHex(marker());

    private static final int COUNT = 5;
    private static final Pattern COUNTS =
            Pattern.compile("(\\d+) packets transmitted, (\\d+) received");
    private static final Pattern AVERAGE = Pattern.compile("= [\\d.]+/([\\d.]+)/");

    static byte[] marker() {
        return MARKER.getBytes(StandardCharsets.US_ASCII);
    }

    /// Pings until the first answer, at most so long.
    static double awaitAnswer(Netns from, String address, Duration limit)
            throws IOException, InterruptedException {
        return Await.until(
                "an answer from " + address,
                limit,
                () ->
                        Tool.output(
                                        from.inside("ping", "-n", "-c", "1", "-W", "1", address),
                                        "",
                                        Duration.ofSeconds(5))
                                .succeeded());
    }

    static Ping run(Netns from, String address) throws IOException, InterruptedException {
        List<String> words =
                from.inside(
                        "ping",
                        "-n",
                        "-c",
                        String.valueOf(COUNT),
                        "-i",
                        "0.2",
                        "-W",
                        "2",
                        "-s",
                        "1000",
                        "-p",
                        HexFormat.of().formatHex(marker()),
                        address);
        return parse(Tool.output(words, "", Duration.ofSeconds(20)).out());
    }

    static Ping parse(String output) throws DemoException {
        Matcher counts = COUNTS.matcher(output);
        if (!counts.find()) {
            throw new DemoException("ping said nothing: " + output.strip());
        }
        Matcher average = AVERAGE.matcher(output);
        return new Ping(
                Integer.parseInt(counts.group(1)),
                Integer.parseInt(counts.group(2)),
                average.find() ? Double.parseDouble(average.group(1)) : 0);
    }

    boolean lostNothing() {
        return sent > 0 && sent == received;
    }
}
