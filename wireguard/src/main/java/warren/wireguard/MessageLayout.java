// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Where the fields of the four messages lie. All integers are little-endian.
///
/// ```
/// type 1   0 type  4 sender  8 ephemeral (32)  40 static (32+16)  88 timestamp (12+16)
///          116 mac1 (16)  132 mac2 (16)  148
/// type 2   0 type  4 sender  8 receiver  12 ephemeral (32)  44 empty (0+16)
///          60 mac1 (16)  76 mac2 (16)  92
/// type 3   0 type  4 receiver  8 nonce (24)  32 cookie (16+16)  64
/// type 4   0 type  4 receiver  8 counter (8)  16 ciphertext, then tag (16)
/// ```
///
/// The type is one byte and three reserved zero bytes, read as one word.
public final class MessageLayout {
    // Specification: whitepaper sections 5.4.2, 5.4.3, 5.4.6 and 5.4.7. Append only.

    public static final int TYPE_INITIATION = 1;
    public static final int TYPE_RESPONSE = 2;
    public static final int TYPE_COOKIE_REPLY = 3;
    public static final int TYPE_TRANSPORT = 4;

    static final int TYPE = 0;
    static final int SENDER = 4;
    static final int KEY = 32;
    static final int TAG = 16;
    static final int MAC = 16;
    static final int TIMESTAMP = 12;

    static final int INITIATION_EPHEMERAL = 4 + 4;
    static final int INITIATION_STATIC = INITIATION_EPHEMERAL + KEY;
    static final int INITIATION_TIMESTAMP = INITIATION_STATIC + KEY + TAG;
    static final int INITIATION_MAC1 = INITIATION_TIMESTAMP + TIMESTAMP + TAG;
    public static final int INITIATION_LENGTH = INITIATION_MAC1 + MAC + MAC;

    static final int RESPONSE_RECEIVER = 4 + 4;
    static final int RESPONSE_EPHEMERAL = RESPONSE_RECEIVER + 4;
    static final int RESPONSE_EMPTY = RESPONSE_EPHEMERAL + KEY;
    static final int RESPONSE_MAC1 = RESPONSE_EMPTY + TAG;
    public static final int RESPONSE_LENGTH = RESPONSE_MAC1 + MAC + MAC;

    static final int COOKIE_RECEIVER = 4;
    static final int COOKIE_NONCE = COOKIE_RECEIVER + 4;
    static final int COOKIE_NONCE_LENGTH = 24;
    static final int COOKIE_SEALED = COOKIE_NONCE + COOKIE_NONCE_LENGTH;
    static final int COOKIE_LENGTH = 16;
    public static final int COOKIE_REPLY_LENGTH = COOKIE_SEALED + COOKIE_LENGTH + TAG;

    static final int TRANSPORT_RECEIVER = 4;
    static final int TRANSPORT_COUNTER = TRANSPORT_RECEIVER + 4;

    /// Bytes before the ciphertext of a transport message.
    public static final int TRANSPORT_HEADER = TRANSPORT_COUNTER + 8;

    /// A keepalive: header and tag around nothing.
    public static final int TRANSPORT_MIN_LENGTH = TRANSPORT_HEADER + TAG;

    /// Payloads are padded with zeros to a multiple of this.
    static final int PADDING_MULTIPLE = 16;

    static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private MessageLayout() {}
}
