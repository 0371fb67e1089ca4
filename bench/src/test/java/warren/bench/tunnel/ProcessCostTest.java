// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProcessCostTest {
    @Test
    void cpuIsUserPlusSystemTimeWhateverTheCommandIsCalled() {
        String fields = " S 1 4321 4321 0 -1 4194304 900 80 7 6 125 50 3 2 20 0 9 0 777 1000 200";
        assertEquals(1.75, ProcessCost.parseCpuSeconds("4321 (java)" + fields));
        assertEquals(1.75, ProcessCost.parseCpuSeconds("4321 (a) R 9 (b c)" + fields));
    }

    @Test
    void memoryIsTheNumberOfTheLineAskedFor() throws BenchmarkException {
        String rollup = "5581-7ffd ---p 0 00:00 0 [rollup]\nRss:   9000 kB\nPss:        4096 kB\n";
        assertEquals(4096, ProcessCost.parseKilobytes(rollup, "Pss"));
        assertThrows(BenchmarkException.class, () -> ProcessCost.parseKilobytes(rollup, "VmRSS"));
    }

    @Test
    void readsThisVeryProcess() throws BenchmarkException {
        long pid = ProcessHandle.current().pid();
        assertTrue(ProcessCost.cpuSeconds(pid) > 0);
        assertTrue(ProcessCost.residentMegabytes(pid) > 1);
    }
}
