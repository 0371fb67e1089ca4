// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.wireguard.IpAddress;

/// Whom the members' loops tell. Called on their threads; must not block, [#installed] apart.
public interface MemberListener {
    /// Some record or state changed; the view has it.
    void membersChanged();

    /// The cluster holds a record of this node that this agent did not sign.
    void foreignRecord(long instance);

    /// Time for a join exchange on the underlay, towards `target` or any seed.
    void recoveryDue(@Nullable NodeRecord target);

    /// A node joined through us and waits: returns when it is a peer of the tunnel.
    ///
    /// @param source where its connection came from
    void installed(NodeId newcomer, IpAddress source) throws IOException;
}
