// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.linux.Errno;

/// Finds the constants by reflection, so that one added later cannot be forgotten here.
final class ConstantsTest {
    private static final List<Class<?>> HOLDERS =
            List.of(FileCalls.class, SocketCalls.class, ProcessCalls.class, Errno.class);

    @Test
    void everyConstantHasTheValueOfTheKernelHeaders() throws Exception {
        var expected = CompiledNumbers.committed("constants");
        var wrong = new TreeMap<String, String>();
        int compared = 0;
        for (Class<?> holder : HOLDERS) {
            for (Field field : holder.getDeclaredFields()) {
                if (!isConstant(field)) {
                    continue;
                }
                String value = Long.toString(field.getLong(null));
                if (!value.equals(expected.get(field.getName()))) {
                    wrong.put(field.getName(), value + " not " + expected.get(field.getName()));
                }
                compared++;
            }
        }
        assertEquals(new TreeMap<>(), wrong);
        assertTrue(compared > 50, "only " + compared + " constants were found");
    }

    @Test
    void theCommittedNumbersAreThoseOfThisMachine(@TempDir Path directory) throws Exception {
        var compiled = CompiledNumbers.compiled("constants", directory);
        if (compiled.isPresent()) {
            assertEquals(CompiledNumbers.committed("constants"), compiled.get());
        }
    }

    private static boolean isConstant(Field field) {
        return Modifier.isPublic(field.getModifiers())
                && Modifier.isStatic(field.getModifiers())
                && field.getType().isPrimitive();
    }
}
