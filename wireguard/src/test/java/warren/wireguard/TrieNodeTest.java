// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The trie's shape, which lookups do not show: it holds no more nodes than it needs, and a change
/// shares what it does not touch.
final class TrieNodeTest {
    private final Random random = new Random(7);

    @Test
    void keepsNoNodeThatCarriesNothing() {
        Set<IpPrefix> prefixes = new LinkedHashSet<>();
        while (prefixes.size() < 500) {
            IpAddress address = IpAddress.v6(random.nextLong() & 0xff, random.nextLong());
            prefixes.add(new IpPrefix(address, random.nextInt(129)));
        }
        TrieNode<String> root = null;
        for (IpPrefix prefix : prefixes) {
            root = insert(root, prefix);
        }
        assertEquals(500, checkShape(root));
        List<IpPrefix> shuffled = new ArrayList<>(prefixes);
        Collections.shuffle(shuffled, random);
        int left = 500;
        for (IpPrefix prefix : shuffled) {
            IpAddress address = prefix.address();
            root = TrieNode.remove(root, address.high(), address.low(), prefix.length());
            assertEquals(--left, checkShape(root));
        }
        assertNull(root);
    }

    @Test
    void aChangeCopiesOnePathOnly() {
        TrieNode<String> before = null;
        for (int i = 0; i < 4096; i++) {
            before = insert(before, IpPrefix.of(IpAddress.v6(0, random.nextLong())));
        }
        assertNotNull(before);
        Set<TrieNode<String>> old = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(before, old);
        Set<TrieNode<String>> now = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(insert(before, IpPrefix.of(IpAddress.v6(0, 42))), now);
        now.removeAll(old);
        assertTrue(now.size() < 40, now.size() + " new nodes for one prefix among 4096");
    }

    @Test
    void removingWhatIsNotThereChangesNothing() {
        TrieNode<String> root = insert(null, IpPrefix.parse("fd00::/8"));
        TrieNode<String> after = TrieNode.remove(root, 0xfd00L << 48, 0, 9);
        assertEquals(1, checkShape(after));
        assertEquals(1, checkShape(TrieNode.remove(root, 0xfe00L << 48, 0, 8)));
        assertEquals(1, checkShape(TrieNode.remove(root, 0, 0, 0)));
    }

    private static TrieNode<String> insert(TrieNode<String> root, IpPrefix prefix) {
        IpAddress address = prefix.address();
        return TrieNode.insert(root, address.high(), address.low(), prefix.length(), "peer");
    }

    /// Counts the prefixes below `node`.
    private static int checkShape(TrieNode<String> node) {
        if (node == null) {
            return 0;
        }
        boolean branch = node.zero() != null && node.one() != null;
        assertTrue(node.peer() != null || branch, "a node with neither peer nor two children");
        for (TrieNode<String> child : children(node)) {
            assertTrue(child.length() > node.length(), "a child no longer than its parent");
        }
        int below = checkShape(node.zero()) + checkShape(node.one());
        return below + (node.peer() != null ? 1 : 0);
    }

    private static void collect(TrieNode<String> node, Set<TrieNode<String>> into) {
        into.add(node);
        children(node).forEach(child -> collect(child, into));
    }

    private static List<TrieNode<String>> children(TrieNode<String> node) {
        List<TrieNode<String>> children = new ArrayList<>();
        if (node.zero() != null) {
            children.add(node.zero());
        }
        if (node.one() != null) {
            children.add(node.one());
        }
        return children;
    }
}
