// SPDX-License-Identifier: Apache-2.0
package warren.linux.tun;

import java.lang.foreign.MemorySegment;
import warren.linux.Fd;
import warren.linux.Pieces;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.FileCalls;

/// One queue of a TUN interface: of the packets that the host sends, those of some flows; and a way
/// for packets to the host. [#read] and [#write] have no state: one loop may read while another
/// writes. Most interfaces have this one queue only, see [Tun#openQueues].
public sealed class TunQueue implements AutoCloseable permits Tun {
    private final Fd fd;
    private final Fd writing;
    private final boolean hasHeader;

    /// @param fd to read from
    /// @param writing to write to, maybe the same
    TunQueue(Fd fd, Fd writing, boolean hasHeader) {
        this.fd = fd;
        this.writing = writing;
        this.hasHeader = hasHeader;
    }

    /// What to poll. After the deletion of the interface it reports an error.
    public Fd fd() {
        return fd;
    }

    /// Whether a [VnetHeader] stands before every packet read and written.
    public boolean hasHeader() {
        return hasHeader;
    }

    /// Reads one IP packet that the host sends: its length, or 0 where none waits. Never blocks,
    /// makes no object.
    ///
    /// @param buffer native memory; a packet (with its header) longer than `length` is cut
    /// @throws ErrnoException `EBADFD` when the interface was deleted
    public int read(MemorySegment buffer, long offset, int length) throws ErrnoException {
        int got = FileCalls.read(fd.number(), buffer, offset, length);
        if (got >= 0) {
            return got;
        }
        return switch (-got) {
            case Errno.EAGAIN, Errno.EIO -> 0; // EIO: the interface is down
            default -> throw new ErrnoException("read TUN", -got);
        };
    }

    /// Hands one IP packet to the host: false where the kernel did not take it, because the
    /// interface is down, the bytes are not IP, or memory is short. Makes no object.
    ///
    /// @throws ErrnoException `EBADFD` when the interface was deleted
    public boolean write(MemorySegment buffer, long offset, int length) throws ErrnoException {
        int put = FileCalls.write(writing.number(), buffer, offset, length);
        if (put >= 0) {
            return true;
        }
        return switch (-put) {
            case Errno.EBADFD, Errno.EBADF, Errno.EFAULT ->
                    throw new ErrnoException("write TUN", -put);
            default -> false;
        };
    }

    /// As [#write], of one packet in pieces, the header among them where this has one.
    public boolean write(Pieces pieces) throws ErrnoException {
        int put = pieces.writeTo(writing);
        if (put >= 0) {
            return true;
        }
        return switch (-put) {
            case Errno.EBADFD, Errno.EBADF, Errno.EFAULT ->
                    throw new ErrnoException("writev TUN", -put);
            default -> false;
        };
    }

    /// Gives the queue back; with the last one the interface goes. Idempotent.
    @Override
    public void close() {
        fd.close();
        writing.close();
    }
}
