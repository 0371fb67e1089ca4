// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// What of the overlay network nobody has claimed. Immutable.
///
/// The very first block of the network is left alone until nothing else is free: it is where
/// people give addresses by hand (`10.100.0.2`).
final class FreeSpace {
    /// The default block: room for 62 containers in the usual sense, 1024 of them in a /16.
    static final int BLOCK_LENGTH = 26;

    /// The smallest block.
    static final int MIN_BLOCK_LENGTH = 30;

    /// First and last address of a gap, as unsigned numbers.
    private record Gap(long first, long last) {
        /// How many aligned blocks of `size` addresses fit.
        long blocks(long size) {
            return Math.max(0, (last + 1) / size - firstBlock(size));
        }

        long firstBlock(long size) {
            return (first + size - 1) / size;
        }
    }

    private final OverlayNetwork network;
    private final List<IpPrefix> taken;

    FreeSpace(OverlayNetwork network, Collection<IpPrefix> taken) {
        this.network = network;
        this.taken = List.copyOf(taken);
    }

    /// A free block, all those of the size that is due as likely; null where not even the smallest
    /// is free.
    @Nullable IpPrefix choose(RandomGenerator random) {
        int largest = dueLength();
        List<IpPrefix> spared = new ArrayList<>(taken);
        spared.add(new IpPrefix(network.first(), blockLength(network)));
        IpPrefix chosen = choose(largest, gaps(spared), random);
        return chosen != null ? chosen : choose(largest, gaps(taken), random);
    }

    /// Half as large each time that half of what was left has been claimed, so that each such half
    /// serves as many nodes as the one before.
    private int dueLength() {
        long free = 0;
        for (Gap gap : gaps(taken)) {
            free += gap.last() - gap.first() + 1;
        }
        long size = 1L << (32 - network.prefix().length());
        int halvings = free == 0 ? 0 : Long.SIZE - 1 - Long.numberOfLeadingZeros(size / free);
        return Math.min(MIN_BLOCK_LENGTH, blockLength(network) + halvings);
    }

    /// At least sixteen blocks in every network that is large enough.
    static int blockLength(OverlayNetwork network) {
        int length = Math.max(BLOCK_LENGTH, network.prefix().length() + 4);
        return Math.min(MIN_BLOCK_LENGTH, length);
    }

    private static @Nullable IpPrefix choose(int largest, List<Gap> gaps, RandomGenerator random) {
        for (int length = largest; length <= MIN_BLOCK_LENGTH; length++) {
            long size = 1L << (32 - length);
            long count = 0;
            for (Gap gap : gaps) {
                count += gap.blocks(size);
            }
            if (count > 0) {
                return nth(random.nextLong(count), size, length, gaps);
            }
        }
        return null;
    }

    private static IpPrefix nth(long n, long size, int length, List<Gap> gaps) {
        long left = n;
        for (Gap gap : gaps) {
            if (left < gap.blocks(size)) {
                long first = (gap.firstBlock(size) + left) * size;
                return new IpPrefix(IpAddress.v4((int) first), length);
            }
            left -= gap.blocks(size);
        }
        throw new IllegalStateException("fewer blocks than were counted");
    }

    private List<Gap> gaps(List<IpPrefix> occupied) {
        List<IpPrefix> sorted = new ArrayList<>(occupied);
        sorted.sort(null);
        List<Gap> gaps = new ArrayList<>();
        long at = network.first().low();
        long end = network.last().low();
        for (IpPrefix prefix : sorted) {
            if (!network.prefix().overlaps(prefix)) {
                continue;
            }
            long first = prefix.address().low();
            if (first > at) {
                gaps.add(new Gap(at, first - 1));
            }
            at = Math.max(at, first + (1L << (32 - prefix.length())));
        }
        if (at <= end) {
            gaps.add(new Gap(at, end));
        }
        return gaps;
    }
}
