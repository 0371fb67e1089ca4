// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The trie against a list that is searched from end to end.
final class AllowedIpsModelTest {
    private static final int PEERS = 20;

    private final AllowedIps<Integer> table = new AllowedIps<>();
    private final Map<IpPrefix, Integer> model = new HashMap<>();

    /// Seeds that once failed are added here for ever; the last is new each time.
    static List<Long> seeds() {
        return List.of(1L, 2L, 3L, System.nanoTime());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void agreesWithAList(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            change(random);
            for (int j = 0; j < 5; j++) {
                IpAddress address = address(random);
                assertEquals(slow(address), table.lookup(address), () -> "seed " + seed);
            }
            if (i % 100 == 0) {
                compareListings(seed);
            }
        }
        compareListings(seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void agreesOnWhoHasWhatAfterAHundredThousandChanges(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            change(random);
        }
        compareListings(seed);
        for (int i = 0; i < 200; i++) {
            IpAddress address = address(random);
            assertEquals(slow(address), table.lookup(address), () -> "seed " + seed);
        }
    }

    private void change(Random random) {
        int peer = random.nextInt(PEERS);
        IpPrefix prefix = prefix(random);
        int choice = random.nextInt(100);
        if (choice == 0) {
            table.removeAll(peer);
            model.values().removeIf(owner -> owner == peer);
        } else if (choice < 40) {
            assertEquals(model.remove(prefix, peer), table.remove(prefix, peer));
        } else {
            Integer before = model.put(prefix, peer);
            Integer moved = table.insert(prefix, peer);
            assertEquals(before != null && before == peer ? null : before, moved);
        }
    }

    private void compareListings(long seed) {
        for (int peer = 0; peer < PEERS; peer++) {
            int owner = peer;
            List<IpPrefix> expected =
                    model.keySet().stream().filter(p -> model.get(p) == owner).sorted().toList();
            assertEquals(expected, table.prefixes(peer), () -> "seed " + seed);
        }
        assertEquals(model.size(), table.size(), () -> "seed " + seed);
    }

    private Integer slow(IpAddress address) {
        return model.keySet().stream()
                .filter(prefix -> prefix.contains(address))
                .max(Comparator.comparingInt(IpPrefix::length))
                .map(model::get)
                .orElse(null);
    }

    private static IpPrefix prefix(Random random) {
        IpAddress address = address(random);
        return new IpPrefix(address, random.nextInt(address.bits() + 1));
    }

    /// Crowded at both ends of the number, so that prefixes nest and collide.
    private static IpAddress address(Random random) {
        long few = random.nextInt(8);
        if (random.nextBoolean()) {
            return IpAddress.v4((int) (few << 29 | random.nextInt(8)));
        }
        long middle = random.nextInt(4);
        return IpAddress.v6(few << 61 | middle, middle << 62 | random.nextInt(8));
    }
}
