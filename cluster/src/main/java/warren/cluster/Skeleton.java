// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// Marks what is declared and not yet there.
final class Skeleton {
    private Skeleton() {}

    static UnsupportedOperationException missing() {
        return new UnsupportedOperationException("not built yet");
    }
}
