// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import warren.linux.namespace.NetworkNamespace;

/// The contract against the real device, in a network namespace of the test.
@Tag("root")
class UserspaceTunnelTest extends TunnelContract {
    private static final Path NAMESPACE = Path.of("/run/netns/wagtun");

    @TempDir static Path directory;

    private final UserspaceTunnel tunnel =
            new UserspaceTunnel(
                    "wagt0",
                    List.of("ip", "netns", "exec", "wagtun", script().toString()),
                    Path.of("/run/wireguard"),
                    directory.resolve("tunnel.log"));

    @BeforeAll
    static void makeNamespace() throws IOException {
        Files.createDirectories(NAMESPACE.getParent());
        NetworkNamespace.create(NAMESPACE).close();
        Files.writeString(
                script(),
                "#!/bin/sh\nexport WARREN_LAUNCHER="
                        + script()
                        + "\nexec "
                        + Path.of(System.getProperty("java.home"), "bin", "java")
                        + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m"
                        + " --enable-native-access=ALL-UNNAMED -cp "
                        + System.getProperty("java.class.path")
                        + " warren.agent.NodeMain \"$@\"\n");
        Files.setPosixFilePermissions(script(), PosixFilePermissions.fromString("rwx------"));
    }

    @AfterAll
    static void removeNamespace() throws IOException {
        NetworkNamespace.remove(NAMESPACE);
    }

    private static Path script() {
        return directory.resolve("warren");
    }

    @Override
    Tunnel tunnel() {
        return tunnel;
    }
}
