// SPDX-License-Identifier: Apache-2.0
package warren.linux.crypto;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.NoSuchElementException;
import warren.linux.libc.CFunction;
import warren.linux.libc.Native;

/// What `<intel-ipsec-mb.h>` says of the functions and structures that an AEAD needs: the same in
/// versions 1.3, 1.4, 1.5 and 2.0.
///
/// Only [IpsecMb] and [CipherBurst] touch this class, once it is known that the library is there
/// and of such a version: the handles are constants so that calls through them compile to plain
/// calls. The library chooses its functions by the processor and writes their addresses into each
/// manager, into all the same.
final class Imb {
    private static final Native.Library LIBRARY = IpsecMb.find().orElseThrow();

    /// `size_t imb_get_mb_mgr_size(void)`
    static final CFunction imb_get_mb_mgr_size = function("imb_get_mb_mgr_size");

    /// `IMB_MGR *imb_set_pointers_mb_mgr(void *mem_ptr, uint64_t flags, unsigned reset_mgr)`
    static final CFunction imb_set_pointers_mb_mgr = function("imb_set_pointers_mb_mgr");

    /// `void init_mb_mgr_auto(IMB_MGR *state, IMB_ARCH *arch)`
    static final CFunction init_mb_mgr_auto = function("init_mb_mgr_auto");

    /// As the header asks of a manager's memory: a cache line.
    private static final long MGR_ALIGNMENT = 64;

    // struct IMB_MGR
    private static final long MGR_GET_NEXT_BURST = 952;
    private static final long MGR_SUBMIT_BURST_NOCHECK = 968;

    // struct IMB_JOB
    static final int JOB_ENC_KEYS = 0;
    static final int JOB_DEC_KEYS = 8;
    static final int JOB_KEY_LEN = 16;
    static final int JOB_SRC = 24;
    static final int JOB_DST = 32;
    static final int JOB_CIPHER_OFFSET = 40;
    static final int JOB_CIPHER_LEN = 48;
    static final int JOB_HASH_OFFSET = 56;
    static final int JOB_HASH_LEN = 64;
    static final int JOB_IV = 72;
    static final int JOB_IV_LEN = 80;
    static final int JOB_TAG = 88;
    static final int JOB_TAG_LEN = 96;
    static final int JOB_AAD = 104;
    static final int JOB_AAD_LEN = 112;
    static final int JOB_CIPHER_MODE = 132;
    static final int JOB_DIRECTION = 136;
    static final int JOB_HASH_ALG = 140;
    static final int JOB_CHAIN_ORDER = 144;

    static final int CIPHER_CHACHA20_POLY1305 = 19;
    static final int AUTH_CHACHA20_POLY1305 = 29;
    static final int DIR_ENCRYPT = 1;
    static final int DIR_DECRYPT = 2;
    static final int ORDER_CIPHER_HASH = 1;
    static final int ORDER_HASH_CIPHER = 2;

    /// `uint32_t (*get_next_burst)(IMB_MGR *, uint32_t n_jobs, IMB_JOB **jobs)`
    static final CFunction get_next_burst;

    /// `uint32_t (*submit_burst_nocheck)(IMB_MGR *, uint32_t n_jobs, IMB_JOB **jobs)`
    static final CFunction submit_burst_nocheck;

    static {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment manager = manager(arena);
            get_next_burst = functionAt(manager, MGR_GET_NEXT_BURST);
            submit_burst_nocheck = functionAt(manager, MGR_SUBMIT_BURST_NOCHECK);
        }
    }

    private Imb() {}

    static String libraryName() {
        return LIBRARY.name();
    }

    /// A manager ready for use, in memory of `arena`.
    static MemorySegment manager(Arena arena) {
        MemorySegment manager = arena.allocate(imb_get_mb_mgr_size.call(), MGR_ALIGNMENT);
        imb_set_pointers_mb_mgr.call(manager.address(), 0, 1);
        init_mb_mgr_auto.call(manager.address(), 0);
        return manager;
    }

    private static CFunction functionAt(MemorySegment manager, long offset) {
        return new CFunction(MemorySegment.ofAddress(manager.get(JAVA_LONG, offset)));
    }

    private static CFunction function(String name) {
        return LIBRARY.function(name)
                .orElseThrow(() -> new NoSuchElementException(LIBRARY.name() + " has no " + name));
    }
}
