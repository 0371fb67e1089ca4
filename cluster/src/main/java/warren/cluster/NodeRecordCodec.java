// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import warren.cluster.ParsedRecord.Malformed;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;
import warren.wireguard.PublicKey;

/// The bytes of a node record.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+-----------------------------------------------+
/// |  version = 1  |              identity (32 bytes) …            |
/// +---------------+-----------------------------------------------+
/// |                 sequence number (64 bits) …                   |
/// +---------------+-------------------------------+---------------+
/// |      tag      |            length             |    value …    |  fields, tags ascending
/// +---------------+-------------------------------+---------------+
/// |                    signature (64 bytes) …                     |
/// +---------------------------------------------------------------+
/// ```
///
/// Tags are protocol: append only. A reader skips tags it does not know, so a new field needs no
/// new version; the version changes only where old readers would be wrong.
final class NodeRecordCodec {
    private static final int VERSION = 1;

    private static final int INSTANCE = 1;
    private static final int NAME = 2;
    private static final int WIREGUARD_KEY = 3;
    private static final int NEXT_WIREGUARD_KEY = 4;
    private static final int ENDPOINTS = 5;
    private static final int JOIN_PORT = 6;
    private static final int CLAIMS = 7;
    private static final int DATA_PLANES = 8;
    private static final int EPOCHS = 9;
    private static final int LEAVING = 16;

    /// Claims that are questions, which whoever does not know the field need not answer.
    private static final int ASKED = 20;

    private static final int HEADER_LENGTH = 1 + IdentityKey.LENGTH + 8;
    private static final int MIN_LENGTH = HEADER_LENGTH + IdentityKey.SIGNATURE_LENGTH;

    private NodeRecordCodec() {}

    /// All but the signature.
    static byte[] encode(NodeContent content, IdentityKey identity) {
        WireWriter out = new WireWriter();
        out.u8(VERSION).put(identity.toBytes()).u64(content.sequence());
        out.field(INSTANCE, new WireWriter().u64(content.instance()).toBytes());
        out.field(NAME, content.name().getBytes(US_ASCII));
        out.field(WIREGUARD_KEY, content.wireguardKey().toBytes());
        PublicKey next = content.nextWireguardKey();
        if (next != null) {
            out.field(NEXT_WIREGUARD_KEY, next.toBytes());
        }
        WireWriter endpoints = new WireWriter();
        HostPortCodec.write(endpoints, content.endpoints());
        out.field(ENDPOINTS, endpoints.toBytes());
        out.field(JOIN_PORT, new WireWriter().u16(content.joinPort()).toBytes());
        out.field(CLAIMS, claims(content.claims(), false));
        int planes = 0;
        for (DataPlane plane : content.dataPlanes()) {
            planes |= plane.bit();
        }
        out.field(DATA_PLANES, new WireWriter().u8(planes).toBytes());
        WireWriter epochs = new WireWriter();
        content.epochs().forEach(epochs::u32);
        out.field(EPOCHS, epochs.toBytes());
        if (content.leaving()) {
            out.field(LEAVING, new byte[0]);
        }
        byte[] asked = claims(content.claims(), true);
        if (asked.length > 0) {
            out.field(ASKED, asked);
        }
        return out.toBytes();
    }

    static ParsedRecord parse(byte[] bytes) {
        if (bytes.length < MIN_LENGTH) {
            return Malformed.TOO_SHORT;
        }
        if (bytes.length > NodeRecord.MAX_LENGTH) {
            return Malformed.TOO_LONG;
        }
        WireReader in = new WireReader(bytes, 0, bytes.length - IdentityKey.SIGNATURE_LENGTH);
        if (in.u8() != VERSION) {
            return Malformed.UNKNOWN_VERSION;
        }
        IdentityKey identity = new IdentityKey(in.take(IdentityKey.LENGTH));
        Fields fields = new Fields();
        fields.sequence = in.u64();
        int last = 0;
        while (in.remaining() > 0) {
            int tag = in.u8();
            WireReader value = in.slice(in.u16());
            fields.read(tag, value);
            if (tag <= last || in.failed() || value.failed()) {
                return Malformed.BAD_FIELD;
            }
            last = tag;
        }
        NodeContent content = fields.content();
        return content == null
                ? fields.complete() ? Malformed.BAD_FIELD : Malformed.MISSING_FIELD
                : new NodeRecord(bytes.clone(), identity, content);
    }

    private static byte[] claims(List<Claim> claims, boolean asked) {
        WireWriter out = new WireWriter();
        for (Claim claim : claims) {
            if (claim.asked() == asked) {
                out.put(claim.prefix().address().toBytes());
                out.u8(claim.prefix().length()).varint(claim.lamport());
            }
        }
        return out.toBytes();
    }

    /// The fields met so far.
    private static final class Fields {
        private long sequence;
        private long instance;
        private @Nullable String name;
        private @Nullable PublicKey key;
        private @Nullable PublicKey next;
        private List<HostPort> endpoints = List.of();
        private int joinPort;
        private final List<Claim> claims = new ArrayList<>();
        private Set<DataPlane> planes = Set.of();
        private List<Integer> epochs = List.of();
        private boolean leaving;

        void read(int tag, WireReader in) {
            switch (tag) {
                case INSTANCE -> instance = in.u64();
                case NAME -> name = name(in);
                case WIREGUARD_KEY -> key = key(in);
                case NEXT_WIREGUARD_KEY -> next = key(in);
                case ENDPOINTS -> endpoints = HostPortCodec.read(in, NodeContent.MAX_ENDPOINTS);
                case JOIN_PORT -> joinPort = in.u16();
                case CLAIMS -> readClaims(in, false);
                case DATA_PLANES -> planes = planes(in);
                case EPOCHS -> epochs = epochs(in);
                case LEAVING -> leaving = true;
                case ASKED -> readClaims(in, true);
                default -> {
                    return; // a field of a later version
                }
            }
            if (!in.isDone()) {
                in.fail();
            }
        }

        boolean complete() {
            return name != null && key != null && joinPort != 0;
        }

        @Nullable NodeContent content() {
            if (name == null || key == null || joinPort == 0 || sequence < 1) {
                return null;
            }
            return new NodeContent(
                    sequence, instance, name, key, next, endpoints, joinPort, claims, planes,
                    epochs, leaving);
        }

        private static String name(WireReader in) {
            String name = new String(in.take(in.remaining()), US_ASCII);
            if (!NodeContent.isName(name)) {
                in.fail();
            }
            return name;
        }

        private static @Nullable PublicKey key(WireReader in) {
            byte[] key = in.take(32);
            return in.failed() ? null : new PublicKey(key);
        }

        private void readClaims(WireReader in, boolean asked) {
            while (in.remaining() > 0) {
                byte[] address = in.take(4);
                int length = in.u8();
                long lamport = in.varint();
                if (in.failed()
                        || length > 32
                        || (asked && length < 32)
                        || lamport < 1
                        || lamport > Claim.MAX_LAMPORT) {
                    in.fail();
                    return;
                }
                IpAddress first = IpAddress.of(address);
                IpPrefix prefix = new IpPrefix(first, length);
                claims.add(new Claim(prefix, lamport, asked));
                if (!prefix.address().equals(first) || claims.size() > NodeContent.MAX_CLAIMS) {
                    in.fail();
                }
            }
        }

        /// Bits of later versions are data planes this one cannot use.
        private static Set<DataPlane> planes(WireReader in) {
            int bits = in.u8();
            Set<DataPlane> planes = EnumSet.noneOf(DataPlane.class);
            for (DataPlane plane : DataPlane.values()) {
                if ((bits & plane.bit()) != 0) {
                    planes.add(plane);
                }
            }
            return planes;
        }

        private static List<Integer> epochs(WireReader in) {
            List<Integer> epochs = new ArrayList<>();
            while (in.remaining() > 0 && epochs.size() < NodeContent.MAX_EPOCHS) {
                epochs.add(in.u32());
            }
            return epochs;
        }
    }
}
