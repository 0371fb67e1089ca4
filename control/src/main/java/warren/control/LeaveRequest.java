// SPDX-License-Identifier: Apache-2.0
package warren.control;

import tools.jackson.databind.node.ObjectNode;

/// `warren leave`: end this machine's membership.
///
/// @param force detach what is attached first, instead of refusing
public record LeaveRequest(boolean force) implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object().put("force", force);
    }

    public static LeaveRequest parse(byte[] json) throws MalformedJsonException {
        return new LeaveRequest(Fields.parse(json).flag("force"));
    }
}
