// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// The codec reads any bytes as messages, acknowledgements and attributes within attributes.
class NetlinkFuzzTest {
    private static final int DEPTH = 4;

    @FuzzTest
    void parseNeverThrows(byte[] datagram) {
        var batch = NetlinkMessage.parse(datagram);
        try {
            new Answer("fuzz", 1, 7).accept(batch);
        } catch (NetlinkException _) {
            // The kernel's refusal, as the bytes have it.
        }
        for (var message : batch.messages()) {
            var _ = Acknowledgement.of(message);
            var payload = message.payload();
            payload.field32();
            walk(payload.attributes(), DEPTH);
        }
    }

    private static void walk(AttributeReader attributes, int depth) {
        while (attributes.next()) {
            switch (attributes.type() % 8) {
                case 0 -> attributes.u8();
                case 1 -> attributes.u16();
                case 2 -> attributes.u32();
                case 3 -> attributes.u64();
                case 4 -> attributes.address();
                case 5 -> attributes.string();
                case 6 -> attributes.structure().field16();
                default -> {
                    if (depth > 0) {
                        walk(attributes.nested(), depth - 1);
                    }
                }
            }
        }
    }
}
