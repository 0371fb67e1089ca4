// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import warren.wireguard.Blake2s;

/// BLAKE2s of a label, a zero byte and the parts: one hash function for each purpose, so that
/// what is computed for one can never be passed off for another. Every part but the last has a
/// fixed length at each place of use.
final class LabelledHash {
    private LabelledHash() {}

    /// @param length bytes wanted: 1 to 32
    static byte[] of(int length, String label, byte[]... parts) {
        Blake2s hash = new Blake2s().begin(length);
        hash.update(label.getBytes(US_ASCII)).update((byte) 0);
        for (byte[] part : parts) {
            hash.update(part);
        }
        byte[] result = hash.finish();
        hash.wipe(); // some inputs are secret
        return result;
    }
}
