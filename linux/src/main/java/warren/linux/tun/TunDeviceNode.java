// SPDX-License-Identifier: Apache-2.0
package warren.linux.tun;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import warren.linux.Fd;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.FileCalls;

/// `/dev/net/tun`, which minimal containers and initramfs lack although their kernel has the
/// driver. No state.
final class TunDeviceNode {
    private static final Path PATH = Path.of("/dev/net/tun");

    /// `Documentation/admin-guide/devices.txt`: character device 10, 200.
    private static final long DEVICE = 10 << 8 | 200;

    private static final int READ_WRITE_FOR_ALL = 0_666; // the kernel checks CAP_NET_ADMIN itself

    private TunDeviceNode() {}

    static Fd open() throws ErrnoException {
        int fd = tryOpen();
        if (fd == -Errno.ENOENT) {
            create();
            fd = tryOpen();
        }
        if (fd < 0) {
            throw new ErrnoException("open " + PATH + hint(-fd), -fd);
        }
        return new Fd(fd);
    }

    private static int tryOpen() {
        int flags = FileCalls.O_RDWR | FileCalls.O_NONBLOCK | FileCalls.O_CLOEXEC;
        return FileCalls.open(PATH.toString(), flags, 0);
    }

    private static void create() throws ErrnoException {
        try {
            Files.createDirectories(PATH.getParent());
        } catch (IOException _) {
            return; // the open that follows says what is missing
        }
        int mode = FileCalls.S_IFCHR | READ_WRITE_FOR_ALL;
        int result = FileCalls.mknod(PATH.toString(), mode, DEVICE);
        if (result < 0 && result != -Errno.EEXIST) {
            throw new ErrnoException("mknod " + PATH + hint(Errno.ENOENT), -result);
        }
    }

    private static String hint(int errno) {
        return switch (errno) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                    " (no TUN driver: run `modprobe tun`, or give the container /dev/net/tun)";
            case Errno.EPERM, Errno.EACCES -> " (needs root, and a device cgroup that allows it)";
            default -> "";
        };
    }
}
