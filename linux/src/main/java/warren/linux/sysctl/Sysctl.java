// SPDX-License-Identifier: Apache-2.0
package warren.linux.sysctl;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// One number of `/proc/sys/net`. Immutable; reads and writes belong on platform threads, whose
/// namespace they follow.
public final class Sysctl {
    private static final Path ROOT = Path.of("/proc/sys/net");

    /// The pseudo link whose settings are combined with each link's own.
    public static final String ALL = "all";

    /// The pseudo link that new links start with the settings of.
    public static final String DEFAULT = "default";

    private final Path path;

    private Sysctl(Path path) {
        this.path = path;
    }

    /// A setting by its path below `/proc/sys/net`: `ipv4`, `ip_forward`.
    ///
    /// @throws IllegalArgumentException when a part is empty, has a slash, or is dots alone
    public static Sysctl net(String first, String... more) {
        Path path = ROOT.resolve(requirePart(first));
        for (String part : more) {
            path = path.resolve(requirePart(part));
        }
        return new Sysctl(path);
    }

    /// A link's setting. Interface names may have dots, which is why this is no dotted key.
    public static Sysctl of(LinkSetting setting, String link) {
        return net(setting.protocol, "conf", link, setting.file);
    }

    /// Whether the kernel has it: not without the link, nor for IPv6 when booted without.
    public boolean exists() {
        return Files.exists(path);
    }

    public int read() throws IOException {
        String text = Files.readString(path).strip();
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IOException(path + " holds \"" + text + "\", not a number", e);
        }
    }

    /// Makes the setting `value`; false when it was that already, and nothing was written. Writing
    /// even the same value has effects: `forwarding` resets other settings, and `disable_ipv6`
    /// starts address configuration anew.
    @CanIgnoreReturnValue
    public boolean write(int value) throws IOException {
        if (read() == value) {
            return false;
        }
        Files.writeString(path, value + "\n", StandardOpenOption.WRITE);
        return true;
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private static String requirePart(String part) {
        boolean dots = part.equals(".") || part.equals("..");
        if (part.isEmpty() || dots || part.indexOf('/') >= 0 || part.indexOf(0) >= 0) {
            throw new IllegalArgumentException("\"" + part + "\" in a sysctl path");
        }
        return part;
    }
}
