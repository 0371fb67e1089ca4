// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/// Tells when names come to a directory or go from it. Thread-safe; closing ends the wait.
final class DirectoryWatch implements AutoCloseable {
    private final WatchService service;

    private DirectoryWatch(WatchService service) {
        this.service = service;
    }

    static DirectoryWatch of(Path directory) throws IOException {
        WatchService service = directory.getFileSystem().newWatchService();
        directory.register(service, ENTRY_DELETE, ENTRY_CREATE);
        return new DirectoryWatch(service);
    }

    /// Waits for changes after those that an earlier wait has told of.
    ///
    /// @throws java.nio.file.ClosedWatchServiceException once closed
    void await() throws InterruptedException {
        WatchKey key = service.take();
        var _ = key.pollEvents(); // a key with events in it would be ready again at once
        key.reset();
    }

    @Override
    public void close() throws IOException {
        service.close();
    }
}
