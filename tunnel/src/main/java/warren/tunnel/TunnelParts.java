// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.function.LongSupplier;
import warren.wireguard.Device;

/// What all packet loops share. Immutable; each part says itself who may use it how.
record TunnelParts(
        Device device,
        DeviceControl control,
        TunLink link,
        SendErrors sendErrors,
        Ending ending,
        Offloads offloads,
        LongSupplier nanoClock) {}
