// SPDX-License-Identifier: Apache-2.0
package warren.agent.api;

import java.io.IOException;
import java.util.List;
import warren.control.AddressReport;
import warren.control.AttachRequest;
import warren.control.Attachment;
import warren.control.DetachRequest;
import warren.control.EvictRequest;
import warren.control.EvictedNode;
import warren.control.InitRequest;
import warren.control.JoinRequest;
import warren.control.LeaveRequest;
import warren.control.Membership;
import warren.control.PeerStatus;
import warren.control.SecretStatus;
import warren.control.Status;
import warren.control.Token;

/// What the API can ask of the node. Called on any thread, also concurrently; every method may
/// block. A refusal is a [warren.control.RefusedException], any other [IOException] is the world's
/// failure.
public interface Node {
    Membership init(InitRequest request) throws IOException;

    Membership join(JoinRequest request) throws IOException;

    Token token() throws IOException;

    SecretStatus secret() throws IOException;

    /// Draws a new secret; it spreads by itself from then on.
    SecretStatus rotate() throws IOException;

    /// Evicts a node, named by its name or id, and draws a new secret.
    EvictedNode evict(EvictRequest request) throws IOException;

    Membership leave(LeaveRequest request) throws IOException;

    Status status() throws IOException;

    List<PeerStatus> peers() throws IOException;

    AddressReport addresses() throws IOException;

    Attachment attach(AttachRequest request) throws IOException;

    void detach(DetachRequest request) throws IOException;
}
