// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// Where unpredictable bytes come from: ephemeral keys, indices, nonces, cookie secrets and jitter.
/// Production hands in a `SecureRandom`; tests hand in a seeded generator. Thread-safe.
@FunctionalInterface
public interface RandomSource {
    /// Fills all of `bytes`.
    void fill(byte[] bytes);
}
