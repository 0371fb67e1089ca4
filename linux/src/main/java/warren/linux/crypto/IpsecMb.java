// SPDX-License-Identifier: Apache-2.0
package warren.linux.crypto;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import warren.linux.libc.CFunction;
import warren.linux.libc.Native;

/// Intel's Multi-Buffer Crypto for IPsec library, found at run time: nothing is linked against it.
/// Where the processor has AVX-512 its ChaCha20-Poly1305 costs less than half of libcrypto's.
///
/// It works in managers, one thread in each at a time: this class lends them out. Thread-safe.
public final class IpsecMb {
    private static final List<String> NAMES = List.of("libIPSec_MB.so.2", "libIPSec_MB.so.1");

    // The versions whose structures are laid out as Imb has them, as the library writes a version:
    // a byte each for major, minor and patch.
    private static final int FIRST_VERSION = 0x010300;
    private static final int BEHIND_LAST_VERSION = 0x020100;

    /// Those that nobody uses at the moment; as many as threads once were at work together.
    private final ArrayDeque<CipherBurst> idle = new ArrayDeque<>();

    private IpsecMb() {
        idle.push(new CipherBurst());
    }

    /// Empty where the host has no such library, or one of a version whose structures are unknown.
    public static Optional<IpsecMb> load() {
        return find().isEmpty() ? Optional.empty() : Optional.of(new IpsecMb());
    }

    static Optional<Native.Library> find() {
        return Native.load(NAMES).filter(IpsecMb::isKnown);
    }

    private static boolean isKnown(Native.Library library) {
        Optional<CFunction> imb_get_version = library.function("imb_get_version");
        if (imb_get_version.isEmpty()) {
            return false;
        }
        int version = (int) imb_get_version.get().call();
        return version >= FIRST_VERSION
                && version < BEHIND_LAST_VERSION
                && library.function("imb_get_mb_mgr_size").isPresent()
                && library.function("imb_set_pointers_mb_mgr").isPresent()
                && library.function("init_mb_mgr_auto").isPresent();
    }

    /// The name it was found by, such as `libIPSec_MB.so.1`.
    public String name() {
        return Imb.libraryName();
    }

    /// @param key 32 bytes, copied; the caller wipes its own
    public IpsecMbKey key(byte[] key) {
        return new IpsecMbKey(key);
    }

    /// For the calling thread, until it gives it back.
    public CipherBurst borrow() {
        synchronized (idle) {
            CipherBurst burst = idle.poll();
            if (burst != null) {
                return burst;
            }
        }
        return new CipherBurst();
    }

    public void giveBack(CipherBurst burst) {
        synchronized (idle) {
            idle.push(burst);
        }
    }
}
