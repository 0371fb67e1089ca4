// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
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
/// Of two claims to the same block, or to the same single address, the smaller Lamport counter
/// keeps, then the smaller node id. A single address inside another node's block is no conflict
/// by itself: the block's owner goes round it. Only where the owner has given out the very
/// address does it claim that as a single too, as old as its block, and the two singles are
/// compared.
public final class AddressPlan {
    /// How long a new claim is spread before it is relied on: rumours reach a thousand nodes in
    /// about that time.
    public static final long SETTLE_NANOS = 2_000_000_000L;

    /// How long an address that was asked for is held for the one who asked.
    private static final long UNUSED_NANOS = 60_000_000_000L;

    /// What became of a wish for an address.
    public sealed interface Allocation {
        record Given(IpAddress address) implements Allocation {}

        /// The claim behind it is too young to be relied on: publish it, ask again at that time.
        record Wait(long untilNanos) implements Allocation {}

        /// @param message one sentence for the user
        record Refused(String message) implements Allocation {}
    }

    /// Two containers with one address, on two nodes, and this one lost: it isolates its own.
    public record Conflict(IpAddress address, String container, NodeId winner) {}

    /// A claim of ours.
    private record Own(long lamport, long usableNanos, boolean settled) {
        boolean isUsable(long nowNanos) {
            return settled || usableNanos - nowNanos <= 0;
        }
    }

    private final OverlayNetwork network;
    private final NodeId self;
    private final RandomGenerator random;
    private final TreeMap<IpPrefix, Own> claims = new TreeMap<>();
    private final TreeMap<String, IpAddress> allocations = new TreeMap<>();
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
            if (in.failed() || length > 32 || when < 1) {
                throw StateFiles.damaged("addresses file");
            }
            IpPrefix prefix = new IpPrefix(IpAddress.of(address), length);
            if (network.prefix().contains(prefix)) {
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
                    : new Allocation.Refused(name + " has the address " + held + " already");
        }
        return wanted == null
                ? allocateAny(name, others, nowNanos)
                : allocateGiven(name, wanted, others, nowNanos);
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
        observe(others);
        for (IpPrefix prefix : claims.keySet()) {
            if (!prefix.isSingle()) {
                return;
            }
        }
        claimBlock(others, nowNanos);
    }

    /// Compares our claims with those of the nodes present: gives up what others keep, turning
    /// addresses in use into single claims, and says which addresses are in use on both sides.
    public List<Conflict> resolve(Collection<Member> others, long nowNanos) {
        observe(others);
        for (Member other : others) {
            if (isPresent(other)) {
                for (Claim theirs : other.record().content().claims()) {
                    resolve(theirs, other.id());
                }
            }
        }
        dropUnused(nowNanos);
        return cover(others, nowNanos);
    }

    /// What our record has to say now.
    public List<Claim> claims() {
        List<Claim> result = new ArrayList<>();
        claims.forEach((prefix, own) -> result.add(new Claim(prefix, own.lamport)));
        return result;
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

    private Allocation allocateAny(String name, Collection<Member> others, long nowNanos) {
        Set<IpAddress> avoided = new HashSet<>(allocations.values());
        for (Member other : others) {
            for (Claim claim : other.record().content().claims()) {
                if (other.state() != MemberState.LEFT && claim.prefix().isSingle()) {
                    avoided.add(claim.prefix().address());
                }
            }
        }
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
        String problem = claimBlock(others, nowNanos);
        return problem == null
                ? allocateAny(name, others, nowNanos) // in the block just claimed
                : new Allocation.Refused(problem);
    }

    private Allocation allocateGiven(
            String name, IpAddress wanted, Collection<Member> others, long nowNanos) {
        String problem = problemWith(wanted, others);
        if (problem != null) {
            return new Allocation.Refused(problem);
        }
        IpPrefix single = IpPrefix.of(wanted);
        Own covering = covering(wanted);
        if (covering == null) {
            if (claims.size() >= NodeContent.MAX_CLAIMS) {
                return new Allocation.Refused(tooMany());
            }
            covering = claim(single, others, nowNanos);
        }
        return covering.isUsable(nowNanos)
                ? give(name, wanted)
                : new Allocation.Wait(covering.usableNanos);
    }

    private @Nullable String problemWith(IpAddress wanted, Collection<Member> others) {
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
        Own mine = covering(wanted);
        for (Member other : others) {
            String problem = isPresent(other) ? problemWith(wanted, mine, other) : null;
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    /// @param mine our claim to it, if we have one: then only better claims to the same address
    ///     matter
    private @Nullable String problemWith(IpAddress wanted, @Nullable Own mine, Member other) {
        for (Claim claim : other.record().content().claims()) {
            if (!claim.prefix().contains(wanted)) {
                continue;
            }
            boolean single = claim.prefix().isSingle();
            if (single && (mine == null || keeps(claim, other.id(), mine.lamport))) {
                return wanted + " is in use on node " + other.record().name();
            }
            if (!single && mine == null) {
                return wanted
                        + " lies in the block "
                        + claim.prefix()
                        + " of node "
                        + other.record().name()
                        + ": ask for it there, or take another";
            }
        }
        return null;
    }

    private Allocation give(String name, IpAddress address) {
        allocations.put(name, address);
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
    private @Nullable String claimBlock(Collection<Member> others, long nowNanos) {
        if (claims.size() >= NodeContent.MAX_CLAIMS) {
            return tooMany();
        }
        List<IpPrefix> taken = new ArrayList<>(claims.keySet());
        for (Member other : others) {
            if (other.state() != MemberState.LEFT) {
                other.record().content().claims().forEach(claim -> taken.add(claim.prefix()));
            }
        }
        IpPrefix block = new FreeSpace(network, taken).choose(random);
        if (block == null) {
            return "the overlay network " + network + " has no free block left";
        }
        claim(block, others, nowNanos);
        return null;
    }

    private Own claim(IpPrefix prefix, Collection<Member> others, long nowNanos) {
        observe(others);
        boolean alone = true;
        for (Member other : others) {
            alone &= !isPresent(other);
        }
        Own own = new Own(++lamport, nowNanos + SETTLE_NANOS, alone);
        claims.put(prefix, own);
        return own;
    }

    private static String tooMany() {
        return "this node has "
                + NodeContent.MAX_CLAIMS
                + " blocks and single addresses, the most its record can hold";
    }

    private void observe(Collection<Member> others) {
        for (Member other : others) {
            for (Claim claim : other.record().content().claims()) {
                lamport = Math.max(lamport, claim.lamport());
            }
        }
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
        for (Map.Entry<IpPrefix, Own> entry : List.copyOf(claims.entrySet())) {
            IpPrefix mine = entry.getKey();
            if (!mine.overlaps(theirs.prefix())) {
                continue;
            }
            long when = entry.getValue().lamport;
            if (mine.isSingle() == theirs.prefix().isSingle()) {
                if (keeps(theirs, other, when)) {
                    giveUp(mine, when);
                }
            } else if (theirs.prefix().isSingle()
                    && allocations.containsValue(theirs.prefix().address())) {
                Own single = new Own(when, 0, true);
                claims.putIfAbsent(theirs.prefix(), single); // in use here too: now they compare
                if (keeps(theirs, other, when)) {
                    claims.remove(theirs.prefix());
                }
            }
        }
    }

    private boolean keeps(Claim theirs, NodeId other, long mine) {
        int byLamport = Long.compare(theirs.lamport(), mine);
        return byLamport != 0 ? byLamport < 0 : other.compareTo(self) < 0;
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

    /// Addresses in use that another node keeps are conflicts; those that nobody claims any more
    /// are claimed again.
    private List<Conflict> cover(Collection<Member> others, long nowNanos) {
        List<Conflict> conflicts = new ArrayList<>();
        allocations.forEach(
                (container, address) -> {
                    NodeId winner = winner(address, others);
                    if (winner != null) {
                        conflicts.add(new Conflict(address, container, winner));
                    } else if (covering(address) == null) {
                        claim(IpPrefix.of(address), others, nowNanos);
                    }
                });
        return conflicts;
    }

    /// The present node that claims this very address with a better right than ours.
    private @Nullable NodeId winner(IpAddress address, Collection<Member> others) {
        Own mine = claims.get(IpPrefix.of(address));
        Own covering = mine == null ? covering(address) : mine;
        for (Member other : others) {
            for (Claim claim : other.record().content().claims()) {
                if (isPresent(other)
                        && claim.prefix().isSingle()
                        && claim.prefix().contains(address)
                        && (covering == null || keeps(claim, other.id(), covering.lamport))) {
                    return other.id();
                }
            }
        }
        return null;
    }

    private static boolean isPresent(Member member) {
        return switch (member.state()) {
            case ALIVE, SUSPECT -> true;
            case DEAD, LEFT -> false;
        };
    }
}
