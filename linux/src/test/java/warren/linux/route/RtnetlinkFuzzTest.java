// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import com.code_intelligence.jazzer.junit.FuzzTest;
import warren.linux.netlink.NetlinkMessage;

/// Whatever arrives as a datagram of the kernel is decoded or refused, and what is decoded can be
/// written again. The corpus is the kernel's own answers.
class RtnetlinkFuzzTest {
    @FuzzTest
    void decodeNeverThrows(byte[] datagram) {
        for (var message : NetlinkMessage.parse(datagram).messages()) {
            var event = NetworkMonitor.decode(message);
            if (event != null) {
                writeAgain(event);
            }
        }
    }

    private static void writeAgain(NetworkEvent event) {
        switch (event) {
            case NetworkEvent.AddressChanged(var address) -> AddressCodec.encode(address);
            case NetworkEvent.RouteChanged(var route) when route.type() != Route.Type.OTHER ->
                    RouteCodec.encode(route);
            case NetworkEvent.RuleChanged(var rule) when rule.action() != Rule.Action.OTHER ->
                    RuleCodec.encode(rule);
            case NetworkEvent.NeighbourChanged(var neighbour)
                    when neighbour.state() != Neighbour.State.OTHER ->
                    NeighbourCodec.encode(neighbour);
            default -> {}
        }
    }
}
