// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Finds the constants and the numbered enums of netlink by reflection, so that one added later
/// cannot be forgotten here.
final class NetlinkNumbersTest {
    private static final List<String> HOLDERS =
            List.of(
                    "warren.linux.netlink.NetlinkConstants",
                    "warren.linux.route.RtnetlinkConstants",
                    "warren.linux.namespace.NetworkNamespace");

    private static final Set<String> OUR_OWN = Set.of("RTPROT_WARREN", "NLA_MAX_LENGTH");

    @Test
    void everyConstantHasTheValueOfTheKernelHeaders() throws Exception {
        var expected = CompiledNumbers.committed("netlink");
        var ours = new TreeMap<String, String>();
        for (String holder : HOLDERS) {
            ours.putAll(constants(Class.forName(holder)));
        }
        ours.keySet().removeAll(OUR_OWN);
        assertEquals(only(ours, expected), ours);
        assertTrue(ours.size() > 110, "only " + ours.keySet());
    }

    @Test
    void everyNumberedEnumHasTheValuesOfTheKernelHeaders() throws Exception {
        var expected = CompiledNumbers.committed("netlink");
        var ours = new TreeMap<String, String>();
        ours.putAll(numbers("warren.linux.route.Family", "number", "AF_"));
        ours.putAll(numbers("warren.linux.route.AssignedAddress$Flag", "bit", "IFA_F_"));
        ours.putAll(numbers("warren.linux.route.Route$Type", "number", "RTN_"));
        ours.putAll(numbers("warren.linux.route.Rule$Action", "number", "FR_ACT_"));
        ours.putAll(numbers("warren.linux.route.Neighbour$State", "number", "NUD_"));
        ours.put("FR_ACT_TO_TBL", ours.remove("FR_ACT_LOOKUP"));
        assertEquals(only(ours, expected), ours);
        assertTrue(ours.size() > 35, "only " + ours.keySet());
    }

    @Test
    void theCommittedNumbersAreThoseOfThisMachine(@TempDir Path directory) throws Exception {
        var compiled = CompiledNumbers.compiled("netlink", directory);
        if (compiled.isPresent()) {
            assertEquals(CompiledNumbers.committed("netlink"), compiled.get());
        }
    }

    private static Map<String, String> only(Map<String, String> names, Map<String, String> all) {
        var chosen = new TreeMap<>(all);
        chosen.keySet().retainAll(names.keySet());
        return chosen;
    }

    private static Map<String, String> constants(Class<?> holder) throws IllegalAccessException {
        var values = new TreeMap<String, String>();
        for (Field field : holder.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType().isPrimitive()) {
                field.setAccessible(true);
                values.put(field.getName(), Long.toString(((Number) field.get(null)).longValue()));
            }
        }
        return values;
    }

    private static Map<String, String> numbers(String type, String field, String prefix)
            throws ReflectiveOperationException {
        var values = new TreeMap<String, String>();
        var number = Class.forName(type).getDeclaredField(field);
        number.setAccessible(true);
        for (Object constant : Class.forName(type).getEnumConstants()) {
            // OTHER stands for what has no name here, and has no number.
            if (number.getInt(constant) >= 0) {
                values.put(prefix + constant, number.get(constant).toString());
            }
        }
        return values;
    }
}
