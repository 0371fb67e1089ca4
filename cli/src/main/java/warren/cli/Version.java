// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.lang.module.ModuleDescriptor;
import picocli.CommandLine.IVersionProvider;

/// The version that the build wrote into the module.
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"warren " + number()};
    }

    static String number() {
        ModuleDescriptor module = Version.class.getModule().getDescriptor();
        return module == null ? "unversioned" : module.rawVersion().orElse("unversioned");
    }
}
