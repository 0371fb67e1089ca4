// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StructsTest {
    @Test
    void everyStructureHasTheSizesAndOffsetsOfTheCCompiler() throws Exception {
        assertEquals(new TreeMap<>(CompiledNumbers.committed("structs")), ours());
    }

    @Test
    void theCommittedNumbersAreThoseOfThisMachine(@TempDir Path directory) throws Exception {
        var compiled = CompiledNumbers.compiled("structs", directory);
        if (compiled.isPresent()) {
            assertEquals(CompiledNumbers.committed("structs"), compiled.get());
        }
    }

    @Test
    void controlMessagesTakeWholeWords() {
        assertEquals(28, Structs.cmsgLen(12));
        assertEquals(32, Structs.cmsgSpace(12));
        assertEquals(36, Structs.cmsgLen(20));
        assertEquals(40, Structs.cmsgSpace(20));
        assertEquals(16, Structs.cmsgSpace(0));
    }

    private static Map<String, String> ours() {
        var numbers = new TreeMap<String, String>();
        for (StructLayout struct : Structs.ALL) {
            String name = struct.name().orElseThrow();
            numbers.put(name, Long.toString(struct.byteSize()));
            for (MemoryLayout member : struct.memberLayouts()) {
                member.name()
                        .ifPresent(
                                field ->
                                        numbers.put(
                                                name + "." + field,
                                                struct.byteOffset(PathElement.groupElement(field))
                                                        + " "
                                                        + member.byteSize()));
            }
        }
        return numbers;
    }
}
