// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class PingTimesTest {
    @Test
    void quantilesAreAnswersThatCame() throws BenchmarkException {
        StringBuilder output = new StringBuilder("PING 10.200.0.2 56(84) bytes of data.\n");
        for (int i = 100; i >= 1; i--) {
            output.append(
                    "64 bytes from 10.200.0.2: icmp_seq=%d ttl=64 time=0.%03d ms\n"
                            .formatted(i, i));
        }
        PingTimes times = PingTimes.parse(output.toString());
        assertEquals(50, times.quantile(0.5), 1e-9);
        assertEquals(51, times.quantile(0.505), 1e-9);
        assertEquals(99, times.quantile(0.99), 1e-9);
        assertEquals(100, times.quantile(1), 1e-9);
        assertEquals(1, times.quantile(0), 1e-9);
    }

    @Test
    void longTimesArePrintedWithFewerDigits() throws BenchmarkException {
        assertEquals(12_300, PingTimes.parse("ttl=64 time=12.3 ms").quantile(0.5), 1e-6);
    }

    @Test
    void noAnswerIsAnError() {
        assertThrows(
                BenchmarkException.class,
                () -> PingTimes.parse("1 packets transmitted, 0 received"));
    }
}
