// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.function.LongSupplier;
import warren.linux.tun.Tun;
import warren.wireguard.Device;

/// What both packet loops work with. Immutable; each part says itself who may use it how.
record TunnelParts(
        Tun tun,
        Device device,
        DeviceControl control,
        TunLink link,
        Underlay underlay,
        SendErrors sendErrors,
        Ending ending,
        Offloads offloads,
        LongSupplier nanoClock) {}
