// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import org.jspecify.annotations.Nullable;

/// The up to three sessions of a peer, so that packets on their way survive a renewal. Sending
/// always uses `current`; receiving accepts all three.
///
/// | event                            | previous | current | next |
/// |----------------------------------|----------|---------|------|
/// | our handshake answered, no next  | current  | new     | –    |
/// | our handshake answered, with next| next     | new     | –    |
/// | we answered a handshake          | –        | current | new  |
/// | first packet received with next  | current  | next    | –    |
///
/// The responder may not send with a new session before it has received with it: until then it
/// cannot know that the initiator has the keys (whitepaper section 6.3).
///
/// What leaves the slots is closed, unless it is the session that the last packet came with: the
/// other side sends with it until it hears of a newer one, so it lingers until a packet comes with
/// another. That matters where both sides began at once: each then sends with the session that the
/// other has as `previous`, and by the table alone every renewal would lose what is on the way.
///
/// `current`, `next` and `heard` are read without a lock; changes are guarded by `this`.
final class KeypairSlots {
    private @Nullable Keypair previous;
    private volatile @Nullable Keypair current;
    private volatile @Nullable Keypair next;

    /// The session of the last packet received, whichever slot it is in.
    private volatile @Nullable Keypair heard;

    /// `heard`, where it is in no slot any more.
    private @Nullable Keypair lingering;

    @Nullable Keypair current() {
        return current;
    }

    synchronized void addInitiated(Keypair keypair) {
        Keypair unconfirmed = next;
        if (unconfirmed == null) {
            replacePrevious(current);
        } else {
            replacePrevious(unconfirmed);
            retire(current);
            next = null;
        }
        current = keypair;
    }

    synchronized void addResponded(Keypair keypair) {
        retire(next);
        next = keypair;
        replacePrevious(null);
    }

    /// A packet was received with `keypair`.
    ///
    /// @return whether that made it the current one
    boolean confirm(Keypair keypair) {
        return heard != keypair && hear(keypair);
    }

    private synchronized boolean hear(Keypair keypair) {
        if (keypair != previous && keypair != current && keypair != next) {
            return false; // cleared meanwhile
        }
        heard = keypair;
        close(lingering);
        lingering = null;
        if (next != keypair) {
            return false;
        }
        replacePrevious(current);
        current = keypair;
        next = null;
        return true;
    }

    /// Sends nothing more with any of them, but receives what is on its way.
    synchronized void endSending() {
        for (Keypair keypair : new Keypair[] {previous, current, next}) {
            if (keypair != null) {
                keypair.endSending();
            }
        }
    }

    synchronized void clear() {
        for (Keypair keypair : new Keypair[] {lingering, previous, current, next}) {
            close(keypair);
        }
        lingering = null;
        previous = null;
        current = null;
        next = null;
        heard = null;
    }

    private void replacePrevious(@Nullable Keypair keypair) {
        retire(previous);
        previous = keypair;
    }

    private void retire(@Nullable Keypair keypair) {
        if (keypair != null && keypair == heard) {
            lingering = keypair;
        } else {
            close(keypair);
        }
    }

    private static void close(@Nullable Keypair keypair) {
        if (keypair != null) {
            keypair.close();
        }
    }
}
