// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import warren.wireguard.Endpoint;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

/// One line of a `set=1` request, checked and typed. Lines act in order: those after a
/// [SelectPeer] concern that peer. Immutable.
sealed interface UapiLine {
    record SetPrivateKey(PrivateKey key) implements UapiLine {}

    record SetListenPort(int port) implements UapiLine {}

    record SetFwmark(int mark) implements UapiLine {}

    record SelectPeer(PublicKey key) implements UapiLine {}

    record SetPresharedKey(PresharedKey key) implements UapiLine {}

    record SetEndpoint(Endpoint endpoint) implements UapiLine {}

    record SetPersistentKeepalive(int seconds) implements UapiLine {}

    record AddAllowedIp(IpPrefix prefix) implements UapiLine {}

    record RemoveAllowedIp(IpPrefix prefix) implements UapiLine {}

    /// The lines whose only legal value is `true`, or `1` for the version.
    enum Flag implements UapiLine {
        REPLACE_PEERS,
        UPDATE_ONLY,
        REMOVE,
        REPLACE_ALLOWED_IPS,
        PROTOCOL_VERSION
    }
}
