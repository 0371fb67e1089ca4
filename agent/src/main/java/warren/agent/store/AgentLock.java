// SPDX-License-Identifier: Apache-2.0
package warren.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// That one agent runs on a node: a lock the kernel drops with the process, however it ends.
public final class AgentLock implements AutoCloseable {
    private final FileChannel channel;

    private AgentLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Takes the lock for this process, or names the process that has it.
    public static AgentLock take(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new IOException(
                        "another agent runs on this node, as process " + holder(file));
            }
            channel.truncate(0);
            String pid = Long.toString(ProcessHandle.current().pid());
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
            return new AgentLock(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static String holder(Path file) {
        @Nullable String pid;
        try {
            pid = Files.readString(file);
        } catch (IOException _) {
            // The lock alone decides; the number only helps the reader.
            pid = null;
        }
        return pid == null || pid.isBlank() ? "(unknown)" : pid.strip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
