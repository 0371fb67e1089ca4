// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;

/// Puts the parts of one node's gossip together, each above those it needs, and starts them. Where
/// two need each other, the lower one calls the upper one through an interface that is answered
/// here. Confined to the gossip loop.
final class GossipParts {
    /// What [Membership] tells of its changes.
    private final class Watcher implements Membership.Watcher {
        @Override
        public void rumoured() {
            news.schedule();
        }

        @Override
        public boolean admits(NodeId id, NodeId by) {
            return vouching.admits(id, by);
        }

        @Override
        public boolean isTogether(long nowNanos) {
            return !company.isWary(nowNanos);
        }

        @Override
        public void appeared(MemberEntry entry) {
            greeting.schedule(entry);
        }
    }

    /// What [Vouching] does about those for whom nobody spoke up.
    private final class Limbo implements Vouching.Limbo {
        @Override
        public void drop(NodeId id) {
            membership.expel(id);
        }

        @Override
        public void ended() {
            evictionSpread.forgetStrangers();
        }
    }

    final GossipContext context;
    final Evictions evictions;
    final Epochs epochs;
    final Company company;
    final Vouching vouching;
    final Membership membership;
    final NewsRounds news;
    final Prober prober;
    final EvictionSpread evictionSpread;
    final RollCalls rollCalls;
    final AntiEntropy antiEntropy;
    final SecretSpread secretSpread;
    final Greeting greeting;
    final Recovery recovery;
    final Introductions introductions;
    final GossipReceiver receiver;
    final BulkSync.Parts bulk;

    /// @param secrets the epochs held, newest first
    GossipParts(
            GossipContext context, RecordJudge judge, List<ClusterSecret> secrets, long nowNanos) {
        this.context = context;
        this.evictions = new Evictions(context.cluster());
        this.epochs = new Epochs(context.cluster(), unexplained(secrets), evictions, nowNanos);
        this.company = new Company(context.self(), context.roster(), epochs, evictions);
        this.vouching = new Vouching(context, epochs, evictions, company, new Limbo());
        this.membership = new Membership(context, judge, new Watcher());
        this.news = new NewsRounds(context, nowNanos);
        this.prober = new Prober(context, membership);
        this.evictionSpread =
                new EvictionSpread(
                        context,
                        evictions,
                        membership,
                        company,
                        from -> vouching.isHolder(from) && !epochs.coversAll());
        this.rollCalls = new RollCalls(context, membership);
        this.antiEntropy =
                new AntiEntropy(context, membership, rollCalls, evictionSpread, vouching);
        this.secretSpread =
                new SecretSpread(
                        new SecretSpread.Parts(
                                context,
                                epochs,
                                evictions,
                                vouching,
                                evictionSpread,
                                company,
                                membership));
        this.greeting = new Greeting(context, prober, antiEntropy);
        this.recovery = new Recovery(context, membership);
        this.introductions = new Introductions(context, membership, rollCalls);
        UpdateIntake updates = new UpdateIntake(this, judge);
        this.receiver = new GossipReceiver(this, updates);
        this.bulk =
                new BulkSync.Parts(context.seal(), context.tree(), antiEntropy, updates, vouching);
    }

    void start(long nowNanos) {
        prober.start(nowNanos);
        antiEntropy.start(nowNanos);
        secretSpread.start(nowNanos);
        recovery.start(nowNanos);
        context.rumours().spreadRecord(context.self());
        news.schedule();
    }

    private static List<Epoch> unexplained(List<ClusterSecret> secrets) {
        return secrets.stream().map(secret -> new Epoch(secret, null)).toList();
    }
}
