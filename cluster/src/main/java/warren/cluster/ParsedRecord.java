// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// What bytes that should be a node record turned out to be.
public sealed interface ParsedRecord permits NodeRecord, ParsedRecord.Malformed {
    /// Why bytes are no record; counted by reason, never thrown.
    enum Malformed implements ParsedRecord {
        TOO_SHORT,
        TOO_LONG,
        UNKNOWN_VERSION,
        BAD_FIELD,
        MISSING_FIELD
    }
}
