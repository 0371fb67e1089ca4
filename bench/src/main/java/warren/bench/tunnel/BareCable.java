// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.nio.file.Path;
import java.util.Optional;

/// No tunnel: what the cable and the two network stacks allow.
final class BareCable implements Contender {
    BareCable() {}

    @Override
    public String name() {
        return "veth";
    }

    @Override
    public String version() {
        return "the kernel's";
    }

    @Override
    public Tunnel open(Place left, Place right, Family family, Path logs) {
        return new Tunnel(family.rightOutside, Optional.empty());
    }
}
