// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;
import warren.linux.EventFd;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;
import warren.linux.udp.ReceiveBatch;
import warren.linux.udp.SendBatch;
import warren.linux.udp.UdpPort;
import warren.linux.udp.UdpSocket;

/// One lane's socket of the device's UDP port, which comes, goes and changes while loops use it.
/// Loops enter as readers for the length of one system call, so a socket is closed only when nobody
/// is in it and its descriptor number cannot be somebody else's. Thread-safe; entering allocates
/// nothing.
final class Underlay implements AutoCloseable {
    private final StampedLock lock = new StampedLock();
    private final EventFd changed;
    private final boolean joining;

    // Written under the write lock, read under the read lock or, for a hint, without.
    private volatile @Nullable UdpPort port;

    /// @param changed signalled after every change; the receiving loop polls it
    /// @param joining whether the kernel is to join received datagrams
    Underlay(EventFd changed, boolean joining) {
        this.changed = changed;
        this.joining = joining;
    }

    /// Takes `next` into use, which this object closes in the end, in place of what there was.
    void change(@Nullable UdpPort next) {
        if (joining && next != null) {
            var _ = next.receiveOffload(); // it worked on a probe; without it all is only slower
        }
        UdpPort before;
        long stamp = lock.writeLock();
        try {
            before = port;
            port = next;
        } finally {
            lock.unlockWrite(stamp);
        }
        changed.signal();
        if (before != null) {
            before.close();
        }
    }

    /// The bound port number; 0 where none is bound.
    int portNumber() {
        UdpPort now = port;
        return now == null ? 0 : now.port();
    }

    void mark(int mark) throws ErrnoException {
        long stamp = lock.readLock();
        try {
            if (port != null) {
                port.mark(mark);
            }
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /// Adds one family's socket to a fresh `poll`: its slot, or -1 where there is none. Should it
    /// be closed while the poll waits, a signal of the event descriptor ends the wait, and the
    /// caller starts over with another poll.
    int addTo(Poll poll, boolean ipv4) {
        long stamp = lock.readLock();
        try {
            UdpSocket socket = socket(ipv4);
            return socket == null ? -1 : poll.add(socket.fd(), Poll.READ);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /// Receives what waits in one family's socket; 0 where nothing waits or no socket is open.
    int receive(ReceiveBatch batch, boolean ipv4) throws ErrnoException {
        long stamp = lock.readLock();
        try {
            UdpSocket socket = socket(ipv4);
            return socket == null ? 0 : socket.receive(batch);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /// Sends the rest of `batch` through one family's socket, waiting a moment where it is full.
    ///
    /// @return false where some are left unsent: the socket stayed full, or is not open
    boolean send(SendBatch batch, boolean ipv4, WriteWait wait) throws ErrnoException {
        long stamp = lock.readLock();
        try {
            UdpSocket socket = socket(ipv4);
            if (socket == null) {
                return false;
            }
            boolean sent = socket.send(batch);
            while (!sent && wait.until(socket.fd())) {
                sent = socket.send(batch);
            }
            return sent;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    @Override
    public void close() {
        change(null);
    }

    private @Nullable UdpSocket socket(boolean ipv4) {
        UdpPort now = port;
        if (now == null) {
            return null;
        }
        return ipv4 ? now.v4() : now.v6().orElse(null);
    }
}
