// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.lang.module.ModuleDescriptor;

/// The version that the build wrote into the module.
final class Version {
    private Version() {}

    static String number() {
        ModuleDescriptor module = Version.class.getModule().getDescriptor();
        return module == null ? "unversioned" : module.rawVersion().orElse("unversioned");
    }
}
