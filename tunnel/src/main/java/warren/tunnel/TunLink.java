// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.Tun;

/// What the device knows of its interface: whether it is up, and its MTU. Refreshed by one thread
/// at a time; the MTU is read by all.
///
/// An interface that was moved into another network namespace cannot be asked from here. It counts
/// as up then, with the MTU it had: packets come out of it only when it is, and nothing is lost by
/// answering for one that is not.
final class TunLink {
    private final Tun tun;
    private final Ending ending;
    private volatile int mtu;

    TunLink(Tun tun, Ending ending) throws ErrnoException {
        this.tun = tun;
        this.ending = ending;
        this.mtu = tun.mtu();
    }

    int mtu() {
        return mtu;
    }

    /// Asks the kernel.
    ///
    /// @return whether the interface is up
    boolean refresh() {
        try {
            boolean up = tun.isUp();
            mtu = tun.mtu();
            return up;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENODEV && exists()) {
                return true;
            }
            ending.because(Ending.Reason.INTERFACE_DELETED);
            return false;
        }
    }

    /// Whether there is still an interface behind the descriptor, wherever it is.
    private boolean exists() {
        try {
            return !tun.name().isEmpty();
        } catch (ErrnoException _) { // EBADFD: the descriptor outlived its interface
            return false;
        }
    }
}
