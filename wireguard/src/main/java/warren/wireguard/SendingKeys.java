// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static warren.wireguard.ProtocolConstants.REJECT_AFTER_MESSAGES;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The sending direction of a session: one counter, and for each lane (see [Outbox]) a key of its
/// own, so that lanes encrypt at the same time. Who seals in the same lane takes turns.
///
/// Thread-safe. A lane is held for a run of packets, so that closing, which frees native memory,
/// waits for the run: nobody ever uses a wiped key. Allocates when a lane is first used, never
/// after.
final class SendingKeys {
    /// No counter: beyond all that a session may use.
    private static final long NONE_LEFT = -1;

    private final Aead aead;

    /// What keys of further lanes are made of; empty where there is one lane. Wiped once no lane
    /// can make a key any more.
    private final byte[] secret;

    private final Lane[] lanes;

    /// The counter of the next packet, of whichever lane.
    private final AtomicLong nextCounter = new AtomicLong();

    private volatile boolean ended;

    /// @param key copied
    SendingKeys(Aead aead, byte[] key, int lanes) {
        this.aead = aead;
        this.secret = lanes == 1 ? new byte[0] : key.clone();
        this.lanes = new Lane[lanes];
        Arrays.setAll(this.lanes, _ -> new Lane());
        synchronized (this.lanes[0]) {
            this.lanes[0].key = aead.key(key);
        }
    }

    /// Pads packets `from` to `to` of `batch`, gives each a counter and encrypts it in place.
    ///
    /// @return false where this has ended or its counters are used up; nothing has changed then
    boolean seal(PacketBatch batch, int from, int to, int mtu, int lane) {
        Lane mine = lanes[lane];
        synchronized (mine) {
            if (mine.ended) {
                return false;
            }
            long first = take(to - from);
            if (first == NONE_LEFT) {
                return false;
            }
            for (int i = from; i < to; i++) {
                batch.counter[i] = first + (i - from);
                Keypair.pad(batch, i, mtu);
            }
            mine.key().seal(batch, from, to);
            return true;
        }
    }

    /// Whether [#seal] would do now, for one packet.
    boolean canSeal() {
        return !ended && Long.compareUnsigned(nextCounter.get(), REJECT_AFTER_MESSAGES) < 0;
    }

    /// How many counters were given out.
    long count() {
        return nextCounter.get();
    }

    /// Nothing is sealed any more once this has returned.
    void end() {
        ended = true;
        for (Lane lane : lanes) {
            synchronized (lane) {
                lane.ended = true;
            }
        }
    }

    /// Ends and wipes the keys. Idempotent.
    void close() {
        end();
        for (Lane lane : lanes) {
            synchronized (lane) {
                if (lane.key != null) {
                    lane.key.close();
                }
            }
        }
        Arrays.fill(secret, (byte) 0);
    }

    /// Pretends that `counter` packets were sent.
    void skipTo(long counter) {
        nextCounter.set(counter);
    }

    /// Takes so many counters in a row, of which the answer is the first.
    private long take(int packets) {
        while (true) {
            long first = nextCounter.get();
            if (Long.compareUnsigned(first, REJECT_AFTER_MESSAGES - packets) > 0) {
                return NONE_LEFT; // taking nothing: the numbers must not wrap, however often asked
            }
            if (nextCounter.compareAndSet(first, first + packets)) {
                return first;
            }
        }
    }

    /// Guarded by itself.
    private final class Lane {
        @GuardedBy("this")
        private Aead.@Nullable Key key;

        @GuardedBy("this")
        private boolean ended;

        @GuardedBy("this")
        Aead.Key key() {
            if (key == null) {
                key = aead.key(secret);
            }
            return key;
        }
    }
}
