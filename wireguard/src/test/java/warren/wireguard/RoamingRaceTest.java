// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// An endpoint that is learnt while another thread forgets source addresses.
class RoamingRaceTest {
    private static final int MOVES = 300_000;

    @Test
    void anEndpointLearntIsNotTakenBackByForgettingTheSourceOfTheOneBefore()
            throws InterruptedException {
        TestPair pair = new TestPair();
        Peer peer = pair.a.peer(pair.b);
        AtomicBoolean stop = new AtomicBoolean();
        Thread forgetting =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!stop.get()) {
                                        peer.forgetSource();
                                    }
                                });
        try {
            for (int move = 0; move < MOVES; move++) {
                int port = 1 + move % 60_000;
                IpAddress local = IpAddress.parse("192.0.2.9");
                peer.setEndpoint(new Endpoint(local, port, 0, local, 1));
                Endpoint now = peer.endpoint();
                assertEquals(port, now == null ? 0 : now.port());
            }
        } finally {
            stop.set(true);
            forgetting.join();
        }
    }
}
