// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class TunnelLogTest {
    @Test
    void anEventIsALineWithItsTimeLevelAndValues() {
        LogRecord event = new LogRecord(Level.INFO, "Interface is up: port={0} mtu={1}");
        event.setInstant(Instant.parse("2026-11-22T15:48:28.528999Z"));
        event.setParameters(new Object[] {51820, 1420});
        assertEquals(
                "2026-11-22T15:48:28.528Z INFO Interface is up: port=51820 mtu=1420",
                TunnelLog.line(event));
    }
}
