// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// A node's part of the overlay network: the blocks and single addresses it claims and the
/// container addresses it gives out of them. Confined to the agent's reconcile loop.
///
/// It changes nothing outside itself: after any call that may have changed the claims the owner
/// compares [#claims()] with its published record and publishes a newer one, and saves
/// [#toBytes()].
///
/// Of two claims to the same block, or to the same single address, the better [Right] keeps. A
/// single address inside another node's block is no conflict by itself: the block's owner goes
/// round it. Only where the owner has given out the very address does it claim that as a single
/// too, as old as its block, and the two singles are compared.
///
/// A single address is first only asked for: nothing is routed by such a claim. Where somebody
/// uses the address already, or asked earlier, the answer is in his record before the claim is
/// made good. So asking for an address in use takes no packet from it.
public final class AddressPlan {
    /// How long a new claim is spread before it is relied on: rumours reach a thousand nodes in
    /// about that time.
    public static final long SETTLE_NANOS = 2_000_000_000L;

    /// How long an address that was asked for is held for the one who asked.
    private static final long UNUSED_NANOS = 60_000_000_000L;

    /// How long a block stays empty before it is given up: containers that are restarted one
    /// after the other must not make the claims of the cluster flap.
    public static final long EMPTY_NANOS = 300_000_000_000L;

    /// What became of a wish for an address.
    public sealed interface Allocation {
        record Given(IpAddress address) implements Allocation {}

        /// The claim behind it is too young to be relied on: publish it, ask again at that time.
        record Wait(long untilNanos) implements Allocation {}

        /// @param message one sentence for the user
        /// @param hint what he can do about it
        record Refused(String message, @Nullable String hint) implements Allocation {}
    }

    /// Two containers with one address, on two nodes, and this one lost: it isolates its own.
    public record Conflict(IpAddress address, String container, NodeId winner) {}

    /// A claim of ours.
    private record Own(long lamport, long usableNanos, boolean settled) {
        boolean isUsable(long nowNanos) {
            return settled || usableNanos - nowNanos <= 0;
        }

        /// Blocks hold at once: there is nothing in them yet that another could mean.
        Claim claim(IpPrefix prefix) {
            return new Claim(prefix, lamport, prefix.isSingle() && !settled);
        }
    }

    private final OverlayNetwork network;
    private final NodeId self;
    private final RandomGenerator random;
    private final TreeMap<IpPrefix, Own> claims = new TreeMap<>();
    private final TreeMap<String, IpAddress> allocations = new TreeMap<>();

    /// Since when a block has been empty.
    private final Map<IpPrefix, Long> emptySince = new HashMap<>();

    private long lamport;

    /// The address given last: the next is sought behind it, so that a freed one rests.
    private long cursor;

    public AddressPlan(OverlayNetwork network, NodeId self, RandomGenerator random) {
        this.network = network;
        this.self = self;
        this.random = random;
    }

    /// Restores what [#toBytes()] saved; its claims are relied on at once.
    ///
    /// @throws IllegalArgumentException saying what is wrong with the file
    public static AddressPlan parse(
            byte[] file, OverlayNetwork network, NodeId self, RandomGenerator random) {
        AddressPlan plan = new AddressPlan(network, self, random);
        WireReader in = StateFiles.open(StateFiles.ADDRESSES, file, "addresses file");
        plan.lamport = in.u64();
        int claimed = in.u16();
        for (int i = 0; i < claimed && !in.failed(); i++) {
            byte[] address = in.take(4);
            int length = in.u8();
            long when = in.varint();
            if (in.failed() || length > 32 || when < 1 || when > Claim.MAX_LAMPORT) {
                throw StateFiles.damaged("addresses file");
            }
            IpPrefix prefix = new IpPrefix(IpAddress.of(address), length);
            if (network.admits(new Claim(prefix, when))) {
                plan.claims.put(prefix, new Own(when, 0, true));
            }
        }
        int given = in.u16();
        for (int i = 0; i < given && !in.failed(); i++) {
            String name = new String(in.take(in.u16()), UTF_8);
            byte[] address = in.take(4);
            if (!in.failed()) {
                plan.allocations.put(name, IpAddress.of(address));
            }
        }
        if (!in.isDone()) {
            throw StateFiles.damaged("addresses file");
        }
        return plan;
    }

    /// An address for container `name`; the one it has where it has one already.
    ///
    /// @param wanted the address asked for; null for any
    /// @param others all other nodes
    public Allocation allocate(
            String name, @Nullable IpAddress wanted, Collection<Member> others, long nowNanos) {
        IpAddress held = allocations.get(name);
        if (held != null) {
            return wanted == null || wanted.equals(held)
                    ? new Allocation.Given(held)
                    : refused(name + " has the address " + held + " already");
        }
        OthersClaims claimed = new OthersClaims(network, others);
        return wanted == null
                ? allocateAny(name, claimed, nowNanos)
                : allocateGiven(name, wanted, claimed, nowNanos);
    }

    /// Gives the address of `name` back; false where it had none.
    public boolean release(String name) {
        IpAddress address = allocations.remove(name);
        if (address == null) {
            return false;
        }
        claims.remove(IpPrefix.of(address));
        return true;
    }

    /// Claims a first block where there is none, so that the first container need not wait.
    public void prepare(Collection<Member> others, long nowNanos) {
        OthersClaims claimed = new OthersClaims(network, others);
        observe(claimed);
        if (blocks().isEmpty()) {
            claimBlock(claimed, nowNanos);
        }
    }

    /// Compares our claims with those of the nodes present: gives up what others keep, turning
    /// addresses in use into single claims, and says which addresses are in use on both sides.
    public List<Conflict> resolve(Collection<Member> others, long nowNanos) {
        OthersClaims claimed = new OthersClaims(network, others);
        observe(claimed);
        for (OthersClaims.Theirs theirs : claimed.present()) {
            resolve(theirs.claim(), theirs.member().id());
        }
        dropUnused(nowNanos);
        releaseEmpty(nowNanos);
        return cover(claimed);
    }

    /// What our record has to say now: what holds before what is asked, and no more than a record
    /// takes.
    public List<Claim> claims() {
        List<Claim> result = new ArrayList<>();
        claims.forEach((prefix, own) -> result.add(own.claim(prefix)));
        result.sort(Comparator.comparing(Claim::asked).thenComparing(Claim::prefix));
        return result.size() <= NodeContent.MAX_CLAIMS
                ? result
                : List.copyOf(mostImportant(result));
    }

    /// Addresses in use that the record has no room for, as after the loss of several full
    /// blocks: others cannot reach them until some are given back.
    public List<IpAddress> unpublished() {
        List<Claim> published = claims();
        if (published.size() == claims.size()) {
            return List.of();
        }
        return allocations.values().stream()
                .filter(
                        address ->
                                published.stream()
                                        .noneMatch(claim -> claim.prefix().contains(address)))
                .toList();
    }

    /// Blocks before singles: they cover more.
    private static List<Claim> mostImportant(List<Claim> all) {
        return all.stream()
                .sorted(Comparator.comparing(claim -> claim.prefix().isSingle()))
                .limit(NodeContent.MAX_CLAIMS)
                .sorted(Comparator.comparing(Claim::asked).thenComparing(Claim::prefix))
                .toList();
    }

    /// Address by container name; a copy.
    public SortedMap<String, IpAddress> allocations() {
        return new TreeMap<>(allocations);
    }

    /// What a restart needs.
    public byte[] toBytes() {
        WireWriter out = new WireWriter().u64(lamport).u16(claims.size());
        claims.forEach(
                (prefix, own) ->
                        out.put(prefix.address().toBytes())
                                .u8(prefix.length())
                                .varint(own.lamport));
        out.u16(allocations.size());
        allocations.forEach(
                (name, address) -> {
                    byte[] text = name.getBytes(UTF_8);
                    out.u16(text.length).put(text).put(address.toBytes());
                });
        return StateFiles.seal(StateFiles.ADDRESSES, out);
    }

    private Allocation allocateAny(String name, OthersClaims others, long nowNanos) {
        Set<IpAddress> avoided = others.singles();
        avoided.addAll(allocations.values());
        Long soonest = null;
        for (Map.Entry<IpPrefix, Own> entry : claims.entrySet()) {
            IpAddress free = entry.getKey().isSingle() ? null : free(entry.getKey(), avoided);
            if (free != null && entry.getValue().isUsable(nowNanos)) {
                return give(name, free);
            }
            if (free != null) {
                long usable = entry.getValue().usableNanos;
                soonest = soonest == null || usable - soonest < 0 ? Long.valueOf(usable) : soonest;
            }
        }
        if (soonest != null) {
            return new Allocation.Wait(soonest);
        }
        Allocation.Refused refusal = claimBlock(others, nowNanos);
        return refusal == null
                ? allocateAny(name, others, nowNanos) // in the block just claimed
                : refusal;
    }

    private Allocation allocateGiven(
            String name, IpAddress wanted, OthersClaims others, long nowNanos) {
        String problem = problemWith(wanted, others);
        if (problem != null) {
            return refused(problem);
        }
        Own covering = covering(wanted);
        if (covering == null) {
            if (claims.size() >= NodeContent.MAX_CLAIMS) {
                return tooMany();
            }
            covering = claim(IpPrefix.of(wanted), others, nowNanos);
        }
        return covering.isUsable(nowNanos)
                ? give(name, wanted)
                : new Allocation.Wait(covering.usableNanos);
    }

    private @Nullable String problemWith(IpAddress wanted, OthersClaims others) {
        if (!network.prefix().contains(wanted)) {
            return wanted + " is outside the overlay network " + network;
        }
        if (!network.isUsable(wanted)) {
            return wanted + " is the first or the last address of the overlay network " + network;
        }
        for (Map.Entry<String, IpAddress> entry : allocations.entrySet()) {
            if (entry.getValue().equals(wanted)) {
                return wanted + " is in use by " + entry.getKey() + " on this node";
            }
        }
        IpPrefix single = IpPrefix.of(wanted);
        Own mine = claims.get(single);
        Right right = mine == null ? null : right(single, mine);
        OthersClaims.Theirs better = others.better(single, right, true);
        return better == null
                ? null
                : wanted
                        + (better.claim().asked()
                                ? " is being taken by node "
                                : " is in use on node ")
                        + better.member().record().name();
    }

    private Allocation give(String name, IpAddress address) {
        allocations.put(name, address);
        claims.computeIfPresent(
                IpPrefix.of(address), (_, own) -> new Own(own.lamport, own.usableNanos, true));
        cursor = address.low();
        return new Allocation.Given(address);
    }

    /// The first free address behind the cursor, then from the start.
    private @Nullable IpAddress free(IpPrefix block, Set<IpAddress> avoided) {
        long size = 1L << (32 - block.length());
        long first = block.address().low();
        long start = cursor >= first && cursor < first + size ? cursor + 1 - first : 0;
        for (long i = 0; i < size; i++) {
            IpAddress candidate = IpAddress.v4((int) (first + (start + i) % size));
            if (network.isUsable(candidate) && !avoided.contains(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    /// Claims one more block; what hinders it, or null.
    private Allocation.@Nullable Refused claimBlock(OthersClaims others, long nowNanos) {
        if (claims.size() >= NodeContent.MAX_CLAIMS) {
            return tooMany();
        }
        List<IpPrefix> taken = new ArrayList<>(claims.keySet());
        taken.addAll(others.taken());
        IpPrefix block = new FreeSpace(network, taken).choose(random);
        if (block == null) {
            return Exhaustion.of(network, blocks(), others.members());
        }
        claim(block, others, nowNanos);
        return null;
    }

    private Own claim(IpPrefix prefix, OthersClaims others, long nowNanos) {
        observe(others);
        // Whoever owns the block round a single address must hear of it, and be heard.
        long settle = prefix.isSingle() && others.isOwned(prefix) ? 2 * SETTLE_NANOS : SETTLE_NANOS;
        Own own = new Own(nextLamport(), nowNanos + settle, !others.isAnybodyPresent());
        claims.put(prefix, own);
        return own;
    }

    private long nextLamport() {
        lamport = Math.min(lamport + 1, Claim.MAX_LAMPORT);
        return lamport;
    }

    private static Allocation.Refused tooMany() {
        return new Allocation.Refused(
                "this node has "
                        + NodeContent.MAX_CLAIMS
                        + " blocks and single addresses, the most its record can hold",
                "detach a container, or attach on another node");
    }

    private static Allocation.Refused refused(String message) {
        return new Allocation.Refused(message, null);
    }

    private List<IpPrefix> blocks() {
        return claims.keySet().stream().filter(prefix -> !prefix.isSingle()).toList();
    }

    private void observe(OthersClaims others) {
        lamport = Math.max(lamport, others.highestLamport());
    }

    private @Nullable Own covering(IpAddress address) {
        for (Map.Entry<IpPrefix, Own> entry : claims.entrySet()) {
            if (entry.getKey().contains(address)) {
                return entry.getValue();
            }
        }
        return null;
    }

    /// What one claim of another node does to ours.
    private void resolve(Claim theirs, NodeId other) {
        Right right = Right.of(theirs, other);
        for (Map.Entry<IpPrefix, Own> entry : List.copyOf(claims.entrySet())) {
            IpPrefix mine = entry.getKey();
            Own own = entry.getValue();
            if (!mine.overlaps(theirs.prefix())) {
                continue;
            }
            if (mine.isSingle() == theirs.prefix().isSingle()) {
                if (right.beats(right(mine, own))) {
                    giveUp(mine, own.lamport);
                }
            } else if (theirs.prefix().isSingle()
                    && allocations.containsValue(theirs.prefix().address())) {
                Own single = new Own(own.lamport, 0, true);
                claims.putIfAbsent(theirs.prefix(), single); // in use here too: now they compare
                if (right.beats(right(theirs.prefix(), single))) {
                    claims.remove(theirs.prefix());
                }
            }
        }
    }

    private Right right(IpPrefix prefix, Own own) {
        return Right.of(own.claim(prefix), self);
    }

    private void giveUp(IpPrefix lost, long when) {
        claims.remove(lost);
        if (!lost.isSingle()) {
            for (IpAddress address : allocations.values()) {
                if (lost.contains(address)) {
                    claims.putIfAbsent(IpPrefix.of(address), new Own(when, 0, true));
                }
            }
        }
    }

    /// Single addresses that were asked for and not taken, and whose container has gone.
    private void dropUnused(long nowNanos) {
        claims.entrySet()
                .removeIf(
                        entry ->
                                entry.getKey().isSingle()
                                        && !allocations.containsValue(entry.getKey().address())
                                        && entry.getValue().isUsable(nowNanos - UNUSED_NANOS));
    }

    /// Gives up a block that has long been empty, where another has room for the next container:
    /// so never the last one. Nothing was given out of it, so whatever others do with it, or have
    /// claimed in it already, meets no address in use.
    private void releaseEmpty(long nowNanos) {
        for (IpPrefix block : blocks()) {
            if (allocations.values().stream().anyMatch(block::contains)) {
                emptySince.remove(block);
            } else if (nowNanos - emptySince.computeIfAbsent(block, _ -> nowNanos) >= EMPTY_NANOS
                    && hasRoomOutside(block, nowNanos)) {
                claims.remove(block);
            }
        }
        emptySince.keySet().retainAll(claims.keySet());
    }

    private boolean hasRoomOutside(IpPrefix block, long nowNanos) {
        Set<IpAddress> used = Set.copyOf(allocations.values());
        return claims.entrySet().stream()
                .filter(entry -> !entry.getKey().isSingle() && !entry.getKey().equals(block))
                .filter(entry -> entry.getValue().isUsable(nowNanos))
                .anyMatch(entry -> free(entry.getKey(), used) != null);
    }

    /// Addresses in use that another node keeps are conflicts; those that nobody claims any more
    /// are claimed again.
    private List<Conflict> cover(OthersClaims others) {
        List<Conflict> conflicts = new ArrayList<>();
        allocations.forEach(
                (container, address) -> {
                    NodeId winner = winner(address, others);
                    if (winner != null) {
                        conflicts.add(new Conflict(address, container, winner));
                    } else if (covering(address) == null) {
                        claims.put(IpPrefix.of(address), new Own(nextLamport(), 0, true));
                    }
                });
        return conflicts;
    }

    /// The present node that claims this very address with a better right than ours.
    private @Nullable NodeId winner(IpAddress address, OthersClaims others) {
        IpPrefix single = IpPrefix.of(address);
        Own covering = covering(address);
        Own mine = claims.getOrDefault(single, covering);
        Right right =
                mine == null ? null : new Right(false, mine.lamport, self); // in use: it holds
        OthersClaims.Theirs better = others.better(single, right, false);
        return better == null ? null : better.member().id();
    }
}
