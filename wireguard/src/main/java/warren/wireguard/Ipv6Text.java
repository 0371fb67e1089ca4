// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// The recommended text of an IPv6 address, RFC 5952 section 4: lower case, no leading zeros, the
/// first longest run of two or more zero groups written `::`.
final class Ipv6Text {
    private static final int GROUPS = 8;

    private Ipv6Text() {}

    static String format(long high, long low) {
        int runStart = -1;
        int runLength = 1; // a single zero group is not shortened
        for (int i = 0; i < GROUPS; i++) {
            int length = 0;
            while (i + length < GROUPS && group(high, low, i + length) == 0) {
                length++;
            }
            if (length > runLength) {
                runStart = i;
                runLength = length;
            }
            i += Math.max(0, length - 1);
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == runStart) {
                text.append("::");
                i += runLength - 1;
            } else {
                if (i > 0 && i != runStart + runLength) {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(high, low, i)));
            }
        }
        return text.toString();
    }

    private static int group(long high, long low, int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> (48 - 16 * (index & 3))) & 0xffff;
    }
}
