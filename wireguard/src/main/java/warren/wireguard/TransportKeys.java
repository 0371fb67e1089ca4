// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;

/// What a finished handshake leaves: one key for each direction. Wiped by whoever makes the
/// keypair of it.
final class TransportKeys {
    final byte[] fromInitiator;
    final byte[] fromResponder;

    TransportKeys(byte[] fromInitiator, byte[] fromResponder) {
        this.fromInitiator = fromInitiator;
        this.fromResponder = fromResponder;
    }

    void wipe() {
        Arrays.fill(fromInitiator, (byte) 0);
        Arrays.fill(fromResponder, (byte) 0);
    }
}
