// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.linux.errno.Errno;

/// Finds the constants by reflection, so that one added later cannot be forgotten here.
final class ConstantsTest {
    private static final List<Class<?>> HOLDERS =
            List.of(FileCalls.class, SocketCalls.class, ProcessCalls.class, Errno.class);

    /// Those outside the package keep theirs to themselves, beside constants of their own making.
    private static final List<String> PRIVATE_HOLDERS =
            List.of(
                    "warren.linux.tun.Tun",
                    "warren.linux.tun.VnetHeader",
                    "warren.linux.udp.UdpSocket",
                    "warren.linux.udp.MessageHeaders");

    @Test
    void everyPublicConstantHasTheValueOfTheKernelHeaders() throws Exception {
        var expected = CompiledNumbers.committed("constants");
        var ours = new TreeMap<String, String>();
        for (Class<?> holder : HOLDERS) {
            ours.putAll(constants(holder));
        }
        var theirs = new TreeMap<>(expected);
        theirs.keySet().retainAll(ours.keySet());
        assertEquals(theirs, ours);
        assertTrue(ours.size() > 70, "only " + ours.keySet());
    }

    @Test
    void everyPrivateConstantHasTheValueOfTheKernelHeaders() throws Exception {
        var expected = CompiledNumbers.committed("constants");
        var ours = new TreeMap<String, String>();
        for (String holder : PRIVATE_HOLDERS) {
            ours.putAll(constants(Class.forName(holder)));
        }
        ours.keySet().retainAll(expected.keySet());
        var theirs = new TreeMap<>(expected);
        theirs.keySet().retainAll(ours.keySet());
        assertEquals(theirs, ours);
        assertTrue(ours.size() >= 20, "only " + ours.keySet());
    }

    @Test
    void theCommittedNumbersAreThoseOfThisMachine(@TempDir Path directory) throws Exception {
        var compiled = CompiledNumbers.compiled("constants", directory);
        if (compiled.isPresent()) {
            assertEquals(CompiledNumbers.committed("constants"), compiled.get());
        }
    }

    private static Map<String, String> constants(Class<?> holder) throws IllegalAccessException {
        var values = new TreeMap<String, String>();
        for (Field field : holder.getDeclaredFields()) {
            boolean constant =
                    Modifier.isStatic(field.getModifiers())
                            && Modifier.isFinal(field.getModifiers())
                            && field.getType().isPrimitive();
            if (constant) {
                field.setAccessible(true);
                values.put(field.getName(), Long.toString(((Number) field.get(null)).longValue()));
            }
        }
        return values;
    }
}
