// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `iperf3 -J` reports of one run.
///
/// @param seconds that the receiver counted over
/// @param bytes of payload that arrived
/// @param packets that arrived, for UDP; 0 for TCP
/// @param intervals bits a second of each reporting interval, as the client saw it
record Iperf(double seconds, long bytes, long packets, List<Double> intervals) {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    Iperf {
        intervals = List.copyOf(intervals);
    }

    double gigabits() {
        return bytes * 8 / seconds / 1e9;
    }

    double gigabytes() {
        return bytes / 1e9;
    }

    double kilopacketsPerSecond() {
        return packets / seconds / 1e3;
    }

    static Iperf parse(String json) throws BenchmarkException {
        try {
            JsonNode all = MAPPER.readTree(json);
            if (all.has("error")) {
                throw new BenchmarkException("iperf3: " + all.get("error").asString());
            }
            JsonNode sum = all.path("end").path("sum_received");
            double seconds = sum.path("seconds").asDouble(0);
            if (seconds <= 0) {
                throw new BenchmarkException("iperf3 reports nothing received");
            }
            List<Double> intervals = new ArrayList<>();
            for (JsonNode interval : all.path("intervals")) {
                intervals.add(interval.path("sum").path("bits_per_second").asDouble(0));
            }
            return new Iperf(seconds, sum.path("bytes").asLong(0), arrived(sum), intervals);
        } catch (JacksonException e) {
            throw new BenchmarkException("iperf3 printed no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// The receiver's `packets` counts up to the last that arrived, lost ones included.
    private static long arrived(JsonNode sum) {
        return sum.path("packets").asLong(0) - sum.path("lost_packets").asLong(0);
    }
}
