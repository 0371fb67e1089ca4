// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;

/// The one place that finds C functions and makes method handles for them.
///
/// Libraries other than the C library are opened with `dlopen(3)` itself, so that the linker is the
/// only restricted thing the whole project uses. They stay loaded for the life of the process.
/// Thread-safe: no state.
public final class Native {
    /// `RTLD_NOW | RTLD_LOCAL` of `<dlfcn.h>`.
    private static final int RTLD_NOW = 2;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBC = LINKER.defaultLookup();

    private Native() {}

    /// Loads the first of `names` that the dynamic linker finds.
    public static Optional<Library> load(List<String> names) {
        CFunction dlopen = CFunction.of("dlopen");
        try (Arena arena = Arena.ofConfined()) {
            for (String name : names) {
                long handle = dlopen.call(arena.allocateFrom(name).address(), RTLD_NOW);
                if (handle != 0) {
                    return Optional.of(new Library(name, handle));
                }
            }
            return Optional.empty();
        }
    }

    /// Calling fails only for a handle that is called with the wrong types: our bug.
    static LinkageError broken(Throwable cause) {
        return new LinkageError("a native call does not fit its handle", cause);
    }

    static MemorySegment libc(String name) {
        return LIBC.find(name)
                .orElseThrow(() -> new NoSuchElementException("the C library has no " + name));
    }

    /// A handle whose first argument is the function's address.
    /// Restricted because a function called with other arguments than it has corrupts memory: the
    /// calls stand in this package and in warren.linux.crypto, each exercised by a test.
    @SuppressWarnings("restricted")
    static MethodHandle link(FunctionDescriptor shape, Linker.Option... options) {
        return LINKER.downcallHandle(shape, options);
    }

    /// The address of the whole of live native memory. The caller keeps the segment reachable until
    /// the call is over.
    static long address(MemorySegment memory) {
        return address(memory, 0, memory.byteSize());
    }

    /// The address of a checked range.
    static long address(MemorySegment memory, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, memory.byteSize());
        if (!memory.isNative() || !memory.scope().isAlive()) {
            throw new IllegalArgumentException("not live native memory: " + memory);
        }
        return memory.address() + offset;
    }

    /// A loaded shared library.
    public static final class Library {
        private final String name;
        private final long handle;

        private Library(String name, long handle) {
            this.name = name;
            this.handle = handle;
        }

        public String name() {
            return name;
        }

        /// The function `symbol`, or empty where this version of the library lacks it.
        public Optional<CFunction> function(String symbol) {
            CFunction dlsym = CFunction.of("dlsym");
            try (Arena arena = Arena.ofConfined()) {
                long address = dlsym.call(handle, arena.allocateFrom(symbol).address());
                return address == 0
                        ? Optional.empty()
                        : Optional.of(new CFunction(MemorySegment.ofAddress(address)));
            }
        }
    }
}
