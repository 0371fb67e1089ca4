// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import org.jspecify.annotations.Nullable;
import warren.linux.udp.ReceiveBatch;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;

/// Senders of received datagrams as objects that need not be made anew for each datagram. A
/// direct-mapped table: a stranger can push an entry out, at the price of one allocation for the
/// next datagram of its owner, and nothing else. Confined to the receiving loop.
final class EndpointCache {
    /// A power of two, some times the peers of a large cluster that talk in the same second.
    private static final int ENTRIES = 1024;

    private final @Nullable Endpoint[] entries = new @Nullable Endpoint[ENTRIES];

    /// The sender of datagram `slot`, with the local address it came to as sticky source. Equal
    /// senders are the same object as long as the entry stays.
    Endpoint of(ReceiveBatch batch, int slot) {
        int at = index(batch, slot);
        Endpoint known = entries[at];
        if (known != null && matches(known, batch, slot)) {
            return known;
        }
        Endpoint made = make(batch, slot);
        entries[at] = made;
        return made;
    }

    private static int index(ReceiveBatch batch, int slot) {
        long mixed =
                batch.sourceHigh(slot) * 0x9e3779b97f4a7c15L
                        ^ batch.sourceLow(slot) * 0xc2b2ae3d27d4eb4fL
                        ^ batch.sourcePort(slot) * 0x165667b19e3779f9L
                        ^ batch.localLow(slot) * 0x27d4eb2f165667c5L;
        return (int) (mixed >>> 32) & (ENTRIES - 1);
    }

    private static boolean matches(Endpoint known, ReceiveBatch batch, int slot) {
        IpAddress address = known.address();
        return address.low() == batch.sourceLow(slot)
                && address.high() == batch.sourceHigh(slot)
                && address.bits() == batch.sourceBits(slot)
                && known.port() == batch.sourcePort(slot)
                && known.scopeId() == batch.sourceScope(slot)
                && matchesSource(known, batch, slot);
    }

    private static boolean matchesSource(Endpoint known, ReceiveBatch batch, int slot) {
        IpAddress source = known.source();
        if (source == null) {
            return !batch.hasLocal(slot);
        }
        return batch.hasLocal(slot)
                && source.low() == batch.localLow(slot)
                && source.high() == batch.localHigh(slot)
                && known.sourceInterface() == batch.localInterface(slot);
    }

    private static Endpoint make(ReceiveBatch batch, int slot) {
        int bits = batch.sourceBits(slot);
        IpAddress address = new IpAddress(bits, batch.sourceHigh(slot), batch.sourceLow(slot));
        IpAddress source =
                batch.hasLocal(slot)
                        ? new IpAddress(bits, batch.localHigh(slot), batch.localLow(slot))
                        : null;
        return new Endpoint(
                address,
                batch.sourcePort(slot),
                batch.sourceScope(slot),
                source,
                batch.localInterface(slot));
    }
}
