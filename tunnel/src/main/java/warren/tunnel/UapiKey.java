// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The names left of the `=` in the cross-platform interface,
/// <https://www.wireguard.com/xplatform/>. Append only.
enum UapiKey {
    PRIVATE_KEY("private_key"),
    LISTEN_PORT("listen_port"),
    FWMARK("fwmark"),
    REPLACE_PEERS("replace_peers"),

    PUBLIC_KEY("public_key"),
    REMOVE("remove"),
    UPDATE_ONLY("update_only"),
    PRESHARED_KEY("preshared_key"),
    ENDPOINT("endpoint"),
    PERSISTENT_KEEPALIVE_INTERVAL("persistent_keepalive_interval"),
    REPLACE_ALLOWED_IPS("replace_allowed_ips"),
    ALLOWED_IP("allowed_ip"),
    PROTOCOL_VERSION("protocol_version"),

    LAST_HANDSHAKE_TIME_SEC("last_handshake_time_sec"),
    LAST_HANDSHAKE_TIME_NSEC("last_handshake_time_nsec"),
    RX_BYTES("rx_bytes"),
    TX_BYTES("tx_bytes"),
    ERRNO("errno");

    private static final Map<String, UapiKey> BY_TEXT =
            Arrays.stream(values()).collect(Collectors.toMap(key -> key.text, Function.identity()));

    final String text;

    UapiKey(String text) {
        this.text = text;
    }

    static @Nullable UapiKey of(String text) {
        return BY_TEXT.get(text);
    }
}
