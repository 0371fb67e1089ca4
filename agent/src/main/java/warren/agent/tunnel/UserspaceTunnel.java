// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import warren.tunnel.DeviceConfig;
import warren.tunnel.DeviceState;
import warren.tunnel.UapiClient;

/// The device of `warren wireguard IFACE`, a process of its own that is started when nobody answers
/// at its socket, and driven through that socket.
public final class UserspaceTunnel implements Tunnel {
    private static final Logger LOG = System.getLogger(UserspaceTunnel.class.getName());

    /// A cold JVM on a busy machine needs a few seconds to bring the interface up.
    private static final int START_SECONDS = 30;

    private final String interfaceName;
    private final List<String> launcher;
    private final Path socket;
    private final Path startLog;
    private final UapiClient uapi;

    /// @param launcher the command that, given a command's words, runs Warren
    /// @param socketDirectory where the device has its UAPI socket
    /// @param startLog takes what the device says until it stands on its own
    public UserspaceTunnel(
            String interfaceName, List<String> launcher, Path socketDirectory, Path startLog) {
        this.interfaceName = interfaceName;
        this.launcher = List.copyOf(launcher);
        this.socket = socketDirectory.resolve(interfaceName + ".sock");
        this.startLog = startLog;
        this.uapi = new UapiClient(socket);
    }

    @Override
    public String kind() {
        return "userspace";
    }

    @Override
    public String interfaceName() {
        return interfaceName;
    }

    @Override
    public Found ensure() throws IOException {
        if (answers()) {
            return Found.RUNNING;
        }
        start();
        return Found.STARTED;
    }

    private boolean answers() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException _) {
            // No socket, or one left by a process that is gone: nobody is there.
            return false;
        }
    }

    private void start() throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.add("wireguard");
        command.add(interfaceName);
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectErrorStream(true)
                        .redirectOutput(startLog.toFile())
                        .start();
        int code = await(process);
        if (code != 0) {
            throw new IOException("the tunnel " + interfaceName + " did not start: " + lastWords());
        }
        LOG.log(Level.INFO, "tunnel started interface={0} kind=userspace", interfaceName);
    }

    private int await(Process process) throws IOException {
        try {
            if (process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        throw new IOException(
                "the tunnel " + interfaceName + " did not come up in " + START_SECONDS + " s");
    }

    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(startLog);
            return lines.isEmpty() ? "it said nothing" : lines.getLast();
        } catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    @Override
    public DeviceState state() throws IOException {
        return uapi.get();
    }

    @Override
    public void apply(DeviceConfig change) throws IOException {
        uapi.set(change);
    }

    /// The device ends when its socket is removed, and takes its interface along.
    @Override
    public void remove() throws IOException {
        Files.deleteIfExists(socket);
    }
}
