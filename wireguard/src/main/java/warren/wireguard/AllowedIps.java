// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which peer an inner address belongs to: the cryptokey routing table (whitepaper section 2). A
/// prefix has one peer; the longest prefix that contains an address wins.
///
/// Two tries of immutable nodes, one per address family. Lookups read one volatile root, take no
/// lock and allocate nothing. Writers run one at a time and replace the path from the changed node
/// to the root, at most one node per distinct prefix length on the way, so that a change among
/// thousands of prefixes copies a handful of nodes. Thread-safe.
///
/// @param <P> the peer; compared by `equals`
public final class AllowedIps<P> {
    private final Object lock = new Object();
    private final Map<P, TreeSet<IpPrefix>> prefixesOf = new HashMap<>(); // guarded by lock
    private volatile @Nullable TrieNode<P> v4;
    private volatile @Nullable TrieNode<P> v6;

    public AllowedIps() {}

    /// The peer of an IPv4 address; null where no prefix contains it.
    public @Nullable P lookup(int address) {
        return TrieNode.lookup(v4, (long) address << 32, 0);
    }

    /// The peer of an IPv6 address; null where no prefix contains it.
    public @Nullable P lookup(long high, long low) {
        return TrieNode.lookup(v6, high, low);
    }

    public @Nullable P lookup(IpAddress address) {
        return address.isV4() ? lookup((int) address.low()) : lookup(address.high(), address.low());
    }

    /// The peer an IP packet is for.
    ///
    /// @param length bytes of the packet that are present from `offset` on
    /// @return null where no prefix contains the destination, and where the bytes are no IP header
    public @Nullable P byDestination(MemorySegment memory, long offset, int length) {
        return switch (IpHeader.version(memory, offset, length)) {
            case 4 -> lookup(IpHeader.destinationV4(memory, offset));
            case 6 ->
                    lookup(
                            IpHeader.destinationHigh(memory, offset),
                            IpHeader.destinationLow(memory, offset));
            default -> null;
        };
    }

    /// The peer an IP packet may come from; otherwise like [#byDestination].
    public @Nullable P bySource(MemorySegment memory, long offset, int length) {
        return switch (IpHeader.version(memory, offset, length)) {
            case 4 -> lookup(IpHeader.sourceV4(memory, offset));
            case 6 ->
                    lookup(IpHeader.sourceHigh(memory, offset), IpHeader.sourceLow(memory, offset));
            default -> null;
        };
    }

    /// Gives `prefix` to `peer`.
    ///
    /// @return the peer that had it until now; null where none or `peer` itself had
    public @Nullable P insert(IpPrefix prefix, P peer) {
        synchronized (lock) {
            P before = exact(prefix);
            if (peer.equals(before)) {
                return null;
            }
            if (before != null) {
                forget(before, prefix);
            }
            prefixesOf.computeIfAbsent(peer, _ -> new TreeSet<>()).add(prefix);
            long high = keyHigh(prefix);
            long low = prefix.address().low();
            if (prefix.address().isV4()) {
                v4 = TrieNode.insert(v4, high, 0, prefix.length(), peer);
            } else {
                v6 = TrieNode.insert(v6, high, low, prefix.length(), peer);
            }
            return before;
        }
    }

    /// Takes `prefix` from `peer`.
    ///
    /// @return false where the prefix was not this peer's; nothing changes then
    public boolean remove(IpPrefix prefix, P peer) {
        synchronized (lock) {
            if (!peer.equals(exact(prefix))) {
                return false;
            }
            forget(peer, prefix);
            cut(prefix);
            return true;
        }
    }

    /// Takes all prefixes from `peer`.
    public void removeAll(P peer) {
        synchronized (lock) {
            TreeSet<IpPrefix> prefixes = prefixesOf.remove(peer);
            if (prefixes != null) {
                prefixes.forEach(this::cut);
            }
        }
    }

    /// The prefixes of `peer`, sorted, IPv4 first; a copy.
    public List<IpPrefix> prefixes(P peer) {
        synchronized (lock) {
            TreeSet<IpPrefix> prefixes = prefixesOf.get(peer);
            return prefixes == null ? List.of() : List.copyOf(prefixes);
        }
    }

    /// How many prefixes there are.
    public int size() {
        synchronized (lock) {
            return prefixesOf.values().stream().mapToInt(TreeSet::size).sum();
        }
    }

    private @Nullable P exact(IpPrefix prefix) {
        return prefix.address().isV4()
                ? TrieNode.exact(v4, keyHigh(prefix), 0, prefix.length())
                : TrieNode.exact(v6, keyHigh(prefix), prefix.address().low(), prefix.length());
    }

    private void cut(IpPrefix prefix) {
        if (prefix.address().isV4()) {
            v4 = TrieNode.remove(v4, keyHigh(prefix), 0, prefix.length());
        } else {
            v6 = TrieNode.remove(v6, keyHigh(prefix), prefix.address().low(), prefix.length());
        }
    }

    private void forget(P peer, IpPrefix prefix) {
        TreeSet<IpPrefix> prefixes = prefixesOf.getOrDefault(peer, new TreeSet<>());
        prefixes.remove(prefix);
        if (prefixes.isEmpty()) {
            prefixesOf.remove(peer);
        }
    }

    /// IPv4 addresses are left-aligned in the trie, so that bit 0 is the first of both families.
    private static long keyHigh(IpPrefix prefix) {
        IpAddress address = prefix.address();
        return address.isV4() ? address.low() << 32 : address.high();
    }
}
