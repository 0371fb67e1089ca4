// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Predicate;

/// Two [TestNode]s that are each other's peer, `10.0.0.1` behind `a` and `10.0.0.2` behind `b`, and
/// the clock they share. Datagrams move only when the test says so. Confined to the test.
final class TestPair {
    static final long MILLISECOND = 1_000_000L;
    static final long SECOND = 1_000_000_000L;

    final TestNode a;
    final TestNode b;

    TestPair() {
        this(TestNode.seeded("192.0.2.1", 1), TestNode.seeded("192.0.2.2", 2));
    }

    TestPair(TestNode a, TestNode b) {
        this.a = a;
        this.b = b;
        a.addPeer(b, "10.0.0.2/32", "fd00::2/128");
        b.addPeer(a, "10.0.0.1/32", "fd00::1/128");
    }

    /// A pair with a session that `a` began, at time zero, and nothing on the wire.
    static TestPair connected() {
        TestPair pair = new TestPair();
        pair.connect();
        return pair;
    }

    void connect() {
        sendFromA(1);
        deliver();
        a.delivered.clear();
        b.delivered.clear();
    }

    SealOutcome sendFromA(int fill) {
        return a.send(TestNode.ip("10.0.0.1", "10.0.0.2", 84, fill));
    }

    SealOutcome sendFromB(int fill) {
        return b.send(TestNode.ip("10.0.0.2", "10.0.0.1", 84, fill));
    }

    /// The datagram of a packet that `b` sends.
    TestNode.Wire sendFromBWire() {
        sendFromB(0);
        return b.sent.removeLast();
    }

    /// Carries datagrams back and forth until there are none.
    void deliver() {
        deliver(_ -> true);
    }

    /// The same, losing what `passes` does not let through.
    void deliver(Predicate<TestNode.Wire> passes) {
        while (!a.sent.isEmpty() || !b.sent.isEmpty()) {
            for (TestNode node : Arrays.asList(a, b)) {
                ArrayDeque<TestNode.Wire> wires = new ArrayDeque<>(node.sent);
                node.sent.clear();
                for (TestNode.Wire wire : wires) {
                    if (passes.test(wire)) {
                        (node == a ? b : a).receive(wire);
                    }
                }
            }
        }
    }

    /// Sets both clocks; no timer runs.
    void at(long nanos) {
        a.now = nanos;
        b.now = nanos;
    }

    /// Sets both clocks and runs both timers.
    void timersAt(long nanos) {
        at(nanos);
        a.timer();
        b.timer();
    }

    /// Runs both sides' timers until `nanos` as a loop does, at each deadline and every second, and
    /// delivers all.
    void run(long untilNanos) {
        while (a.now - untilNanos < 0) {
            long wake = Math.min(a.timer(), b.timer());
            deliver();
            at(Math.min(Math.max(Math.min(wake, a.now + SECOND), a.now), untilNanos));
        }
    }
}
