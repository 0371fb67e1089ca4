// SPDX-License-Identifier: Apache-2.0
package warren.linux.sysctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import warren.linux.namespace.TestNamespace;
import warren.linux.testing.LeakCheck;

@Tag("root")
@ExtendWith(LeakCheck.class)
class SysctlTest {
    @Test
    void settingsFollowTheNamespaceOfTheThread() throws IOException {
        var forward = Sysctl.net("ipv4", "ip_forward");
        int outside = forward.read();
        try (var here = TestNamespace.create()) {
            int inside = here.namespace().run(forward::read);
            assertTrue(here.namespace().run(() -> forward.write(1 - inside)));
            assertEquals(1 - inside, here.namespace().run(forward::read));
            assertEquals(
                    "net.ipv4.ip_forward = " + (1 - inside),
                    here.command("sysctl net.ipv4.ip_forward").strip());
        }
        assertEquals(outside, forward.read());
    }

    @Test
    void linkOfAnotherNamespaceIsNotSeenHere() throws IOException {
        try (var here = TestNamespace.create()) {
            here.ip("link add wnl.0 type bridge");
            var filter = Sysctl.of(LinkSetting.IPV4_RP_FILTER, "wnl.0");
            assertTrue(here.namespace().run(filter::exists));
            assertFalse(filter.exists());
            assertThrows(NoSuchFileException.class, filter::read);
        }
    }

    @Test
    void everySettingOfALinkIsReadAndWritten() throws IOException {
        var values = new EnumMap<LinkSetting, Integer>(LinkSetting.class);
        for (var setting : LinkSetting.values()) {
            values.put(setting, 1);
        }
        values.put(LinkSetting.IPV4_RP_FILTER, 2);
        values.put(LinkSetting.IPV6_DISABLE, 0);
        try (var here = TestNamespace.create()) {
            here.ip("link add wnl.0 type bridge");
            var written =
                    here.namespace()
                            .run(
                                    () -> {
                                        for (var value : values.entrySet()) {
                                            setting(value.getKey()).write(value.getValue());
                                        }
                                        return readAll();
                                    });
            assertEquals(values, written);
        }
    }

    private static Sysctl setting(LinkSetting setting) {
        return Sysctl.of(setting, "wnl.0");
    }

    private static Map<LinkSetting, Integer> readAll() throws IOException {
        var values = new EnumMap<LinkSetting, Integer>(LinkSetting.class);
        for (var setting : LinkSetting.values()) {
            values.put(setting, setting(setting).read());
        }
        return values;
    }

    @Test
    void valueThatIsSetAlreadyIsNotWritten() throws IOException {
        try (var here = TestNamespace.create()) {
            here.ip("link add wnl0 type bridge");
            here.ip("link set wnl0 up");
            here.ip("addr add fd00::1/64 dev wnl0 nodad");
            // Writing the global setting resets those of all links, also when it does not change.
            var global = Sysctl.net("ipv4", "conf", Sysctl.ALL, "forwarding");
            var link = Sysctl.of(LinkSetting.IPV4_FORWARDING, "wnl0");
            here.namespace()
                    .run(
                            () -> {
                                int on = global.read();
                                link.write(1 - on);
                                assertFalse(global.write(on));
                                assertEquals(1 - on, link.read());
                                return null;
                            });
        }
    }

    @Test
    void pathNeverLeavesItsDirectory() {
        for (var part : new String[] {"", ".", "..", "a/b", "a\0b"}) {
            assertThrows(IllegalArgumentException.class, () -> Sysctl.net("ipv4", part));
        }
    }
}
