// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import org.jspecify.annotations.Nullable;

/// A node of the path-compressed binary trie behind [AllowedIps]: a prefix, its peer, and the
/// subtrees of the longer prefixes that continue it with a 0 and with a 1. Immutable; changes make
/// new nodes along one path and share the rest. A node without a peer has both children.
///
/// @param high the first 64 bits of the prefix, the rest zero
/// @param low the last 64 bits
/// @param length bits of the prefix: 0 to 128
record TrieNode<P>(
        long high,
        long low,
        int length,
        @Nullable P peer,
        @Nullable TrieNode<P> zero,
        @Nullable TrieNode<P> one) {
    static <P> @Nullable P lookup(@Nullable TrieNode<P> root, long high, long low) {
        P best = null;
        TrieNode<P> node = root;
        while (node != null && node.matches(high, low)) {
            if (node.peer != null) {
                best = node.peer;
            }
            node = node.length == 128 ? null : node.child(high, low);
        }
        return best;
    }

    /// The peer of exactly this prefix.
    static <P> @Nullable P exact(@Nullable TrieNode<P> root, long high, long low, int length) {
        TrieNode<P> node = root;
        while (node != null && node.length < length && node.matches(high, low)) {
            node = node.child(high, low);
        }
        return node != null && node.length == length && node.matches(high, low) ? node.peer : null;
    }

    static <P> TrieNode<P> insert(
            @Nullable TrieNode<P> node, long high, long low, int length, P peer) {
        if (node == null) {
            return new TrieNode<>(high, low, length, peer, null, null);
        }
        int common =
                Math.min(common(node.high, node.low, high, low), Math.min(node.length, length));
        if (common == node.length) {
            return common == length
                    ? new TrieNode<>(high, low, length, peer, node.zero, node.one)
                    : node.withChild(
                            bit(high, low, common),
                            insert(node.child(high, low), high, low, length, peer));
        }
        if (common == length) {
            return new TrieNode<P>(high, low, length, peer, null, null)
                    .withChild(bit(node.high, node.low, common), node);
        }
        return new TrieNode<P>(
                        first(high, common), first(low, common - 64), common, null, null, null)
                .withChild(bit(node.high, node.low, common), node)
                .withChild(
                        bit(high, low, common),
                        new TrieNode<>(high, low, length, peer, null, null));
    }

    static <P> @Nullable TrieNode<P> remove(
            @Nullable TrieNode<P> node, long high, long low, int length) {
        if (node == null || node.length > length || !node.matches(high, low)) {
            return node;
        }
        if (node.length == length) {
            return new TrieNode<P>(node.high, node.low, length, null, node.zero, node.one)
                    .withoutUselessBranch();
        }
        TrieNode<P> child = remove(node.child(high, low), high, low, length);
        return node.withChild(bit(high, low, node.length), child).withoutUselessBranch();
    }

    private boolean matches(long otherHigh, long otherLow) {
        return common(high, low, otherHigh, otherLow) >= length;
    }

    private @Nullable TrieNode<P> child(long otherHigh, long otherLow) {
        return bit(otherHigh, otherLow, length) ? one : zero;
    }

    private TrieNode<P> withChild(boolean bit, @Nullable TrieNode<P> child) {
        return new TrieNode<>(high, low, length, peer, bit ? zero : child, bit ? child : one);
    }

    private @Nullable TrieNode<P> withoutUselessBranch() {
        if (peer != null || (zero != null && one != null)) {
            return this;
        }
        return zero != null ? zero : one;
    }

    /// How many leading bits two addresses share.
    private static int common(long high1, long low1, long high2, long low2) {
        return high1 != high2
                ? Long.numberOfLeadingZeros(high1 ^ high2)
                : 64 + Long.numberOfLeadingZeros(low1 ^ low2);
    }

    /// The bit at `index`, 0 being the most significant of `high`.
    private static boolean bit(long high, long low, int index) {
        return ((index < 64 ? high : low) << index) < 0; // shifts count modulo 64
    }

    private static long first(long bits, int count) {
        return count <= 0 ? 0 : count >= 64 ? bits : bits & (-1L << (64 - count));
    }
}
