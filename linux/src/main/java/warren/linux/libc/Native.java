// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/// The one place that makes method handles out of C functions.
///
/// Libraries other than the C library are opened with `dlopen(3)` itself, so that the linker is the
/// only restricted thing the whole project uses. They stay loaded for the life of the process.
/// Thread-safe: no state.
public final class Native {
    /// `RTLD_NOW | RTLD_LOCAL` of `<dlfcn.h>`.
    private static final int RTLD_NOW = 2;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBC = LINKER.defaultLookup();
    private static final MethodHandle dlopen =
            function("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle dlsym =
            function("dlsym", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    private Native() {}

    /// A function of the C library that does not report through `errno`.
    public static MethodHandle function(String name, FunctionDescriptor type) {
        return link(libc(name), type);
    }

    /// A function of the C library whose handle takes the calling thread's [CallState] first.
    static MethodHandle errnoFunction(String name, FunctionDescriptor type) {
        return link(libc(name), type, Linker.Option.captureCallState("errno"));
    }

    /// A variadic function (`open`, `ioctl`, `fcntl`): `fixed` is the number of parameters before
    /// the dots.
    static MethodHandle variadicErrnoFunction(String name, int fixed, FunctionDescriptor type) {
        return link(
                libc(name),
                type,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }

    /// Loads the first of `names` that the dynamic linker finds.
    public static Optional<Library> load(List<String> names) {
        try (Arena arena = Arena.ofConfined()) {
            for (String name : names) {
                var handle = (MemorySegment) dlopen.invokeExact(arena.allocateFrom(name), RTLD_NOW);
                if (handle.address() != 0) {
                    return Optional.of(new Library(name, handle));
                }
            }
            return Optional.empty();
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// Linking fails only for a descriptor or an argument that does not fit the C function: our
    /// bug.
    public static LinkageError broken(Throwable cause) {
        return new LinkageError("a native call does not fit its descriptor", cause);
    }

    private static MemorySegment libc(String name) {
        return LIBC.find(name)
                .orElseThrow(() -> new NoSuchElementException("the C library has no " + name));
    }

    // Restricted because a wrong descriptor corrupts memory: the descriptors stand beside the
    // functions'
    // prototypes in this package and in warren.linux.crypto, each exercised by a test.
    @SuppressWarnings("restricted")
    private static MethodHandle link(
            MemorySegment symbol, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(symbol, type, options);
    }

    /// A loaded shared library.
    public static final class Library {
        private final String name;
        private final MemorySegment handle;

        private Library(String name, MemorySegment handle) {
            this.name = name;
            this.handle = handle;
        }

        public String name() {
            return name;
        }

        /// The function `symbol`, or empty where this version of the library lacks it.
        public Optional<MethodHandle> function(String symbol, FunctionDescriptor type) {
            try (Arena arena = Arena.ofConfined()) {
                var address = (MemorySegment) dlsym.invokeExact(handle, arena.allocateFrom(symbol));
                return address.address() == 0 ? Optional.empty() : Optional.of(link(address, type));
            } catch (Throwable t) {
                throw broken(t);
            }
        }
    }
}
