// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// The numbers of the join exchange; `docs/join.md` draws the frames. Numbers of frames,
/// messages and fields are protocol: append only.
final class JoinLayout {
    // Specification

    /// In the clear in every handshake frame, and in the prologue.
    static final int VERSION = 1;

    static final String PROLOGUE = "warren join";
    static final String INITIATOR_PROOF = "warren join proof of the initiator";
    static final String RESPONDER_PROOF = "warren join proof of the responder";

    static final int FRAME_HELLO = 1;
    static final int FRAME_ANSWER = 2;
    static final int FRAME_REFUSED = 3;
    static final int FRAME_SEALED = 4;

    static final int MESSAGE_PRESENT = 1;
    static final int MESSAGE_WELCOME = 2;
    static final int MESSAGE_NODES = 3;
    static final int MESSAGE_END = 4;
    static final int MESSAGE_DENIED = 5;
    static final int MESSAGE_EVICTIONS = 6;

    static final int FIELD_RECORD = 1;
    static final int FIELD_PROOF = 2;
    static final int FIELD_CLUSTER = 3;
    static final int FIELD_CLUSTER_NAME = 4;
    static final int FIELD_ROTATION = 5;
    static final int FIELD_SECRET = 6;

    /// Frame type, version, then an ephemeral key and the tag of an empty payload.
    static final int HANDSHAKE_LENGTH = 2 + 32 + 16;

    /// The overlay network, in the payload of the answer: its address and its length.
    static final int NETWORK_LENGTH = 4 + 1;

    static final int ANSWER_LENGTH = HANDSHAKE_LENGTH + NETWORK_LENGTH;

    static final int REFUSED_LENGTH = 2;

    // Our choices

    /// A NODES message is closed when it has grown beyond this.
    static final int CHUNK = 16 * 1024;

    /// A chunk, one record more, and the sealing around it.
    static final int MAX_FRAME = CHUNK + 2 * 1024;

    /// Secrets tried on a HELLO: the current epoch, the one before, and one that lost a
    /// concurrent rotation. All are tried always, so the time taken does not tell which one
    /// fitted.
    static final int MAX_SECRETS = 3;

    private JoinLayout() {}
}
