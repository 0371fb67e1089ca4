// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import warren.linux.tun.TunPipe;

/// The build's training run, which must need no right and reach the packet loops.
@Timeout(60)
class WireguardTrainingTest {
    @Test
    void carriesPacketsWithoutAnInterface() throws Exception {
        WireguardTraining.train(TimeUnit.SECONDS.toNanos(1)); // fails where nothing arrives
    }

    @Test
    void aPipeIsAnInterfaceThatIsAlwaysUp() throws Exception {
        try (TunPipe pipe = TunPipe.open("train0");
                var tun = pipe.tun()) {
            tun.mtu(1400);
            assertTrue(tun.isUp() && tun.hasHeader() && tun.mtu() == 1400);
            assertFalse(tun.name().isEmpty());
        }
    }
}
