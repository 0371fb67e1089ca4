// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class DirectoryWatchTest {
    @TempDir Path directory;

    @Test
    void tellsOfEachChangeOnceAndThenWaits() throws Exception {
        Semaphore told = new Semaphore(0);
        DirectoryWatch watch = DirectoryWatch.of(directory);
        Thread waiting = Thread.ofPlatform().start(() -> tell(watch, told));
        int changes = 5;
        for (int i = 0; i < changes; i++) {
            Files.createFile(directory.resolve("name" + i));
            assertTrue(told.tryAcquire(10, TimeUnit.SECONDS), "change " + i);
        }
        watch.close();
        waiting.join();
        assertTrue(
                told.availablePermits() == 0,
                "told " + told.availablePermits() + " times too often");
    }

    private static void tell(DirectoryWatch watch, Semaphore told) {
        try {
            while (true) {
                watch.await();
                told.release();
            }
        } catch (ClosedWatchServiceException | InterruptedException _) {
            return;
        }
    }

    @Test
    void endsTheWaitWhenClosed() throws IOException {
        DirectoryWatch watch = DirectoryWatch.of(directory);
        watch.close();
        assertThrows(ClosedWatchServiceException.class, watch::await);
    }
}
