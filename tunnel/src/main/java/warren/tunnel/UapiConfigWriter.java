// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import warren.wireguard.IpPrefix;

/// Writes a change as a `set=1` request.
final class UapiConfigWriter {
    private UapiConfigWriter() {}

    static void write(DeviceConfig change, UapiOutput out) {
        out.text("set=1\n");
        if (change.privateKey() != null) {
            out.key32(UapiKey.PRIVATE_KEY, change.privateKey().toBytes());
        }
        if (change.listenPort() != null) {
            out.line(UapiKey.LISTEN_PORT, change.listenPort());
        }
        if (change.fwmark() != null) {
            out.line(UapiKey.FWMARK, Integer.toUnsignedLong(change.fwmark()));
        }
        if (change.replacePeers()) {
            out.flag(UapiKey.REPLACE_PEERS);
        }
        for (PeerConfig peer : change.peers()) {
            write(peer, out);
        }
        out.end();
    }

    private static void write(PeerConfig peer, UapiOutput out) {
        out.key32(UapiKey.PUBLIC_KEY, peer.publicKey().toBytes());
        if (peer.remove()) {
            out.flag(UapiKey.REMOVE);
            return;
        }
        if (peer.updateOnly()) {
            out.flag(UapiKey.UPDATE_ONLY);
        }
        if (peer.presharedKey() != null) {
            out.key32(UapiKey.PRESHARED_KEY, peer.presharedKey().toBytes());
        }
        if (peer.endpoint() != null) {
            out.line(UapiKey.ENDPOINT, peer.endpoint().toString());
        }
        if (peer.persistentKeepalive() != null) {
            out.line(UapiKey.PERSISTENT_KEEPALIVE_INTERVAL, peer.persistentKeepalive());
        }
        if (peer.replaceAllowedIps()) {
            out.flag(UapiKey.REPLACE_ALLOWED_IPS);
        }
        for (IpPrefix prefix : peer.removeAllowedIps()) {
            out.line(UapiKey.ALLOWED_IP, "-" + prefix);
        }
        for (IpPrefix prefix : peer.addAllowedIps()) {
            out.line(UapiKey.ALLOWED_IP, prefix.toString());
        }
    }
}
