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
/// cannot know that the initiator has the keys (whitepaper section 5.4.3). What leaves the slots is
/// closed. `current` and `next` are read without a lock; changes are guarded by `this`.
final class KeypairSlots {
    private @Nullable Keypair previous;
    private volatile @Nullable Keypair current;
    private volatile @Nullable Keypair next;

    @Nullable Keypair current() {
        return current;
    }

    synchronized void addInitiated(Keypair keypair) {
        Keypair unconfirmed = next;
        if (unconfirmed == null) {
            replacePrevious(current);
        } else {
            replacePrevious(unconfirmed);
            close(current);
            next = null;
        }
        current = keypair;
    }

    synchronized void addResponded(Keypair keypair) {
        close(next);
        next = keypair;
        replacePrevious(null);
    }

    /// A packet was received with `keypair`.
    ///
    /// @return whether that made it the current one
    boolean confirm(Keypair keypair) {
        return next == keypair && promote(keypair);
    }

    private synchronized boolean promote(Keypair keypair) {
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
        replacePrevious(null);
        close(current);
        current = null;
        close(next);
        next = null;
    }

    private void replacePrevious(@Nullable Keypair keypair) {
        close(previous);
        previous = keypair;
    }

    private static void close(@Nullable Keypair keypair) {
        if (keypair != null) {
            keypair.close();
        }
    }
}
