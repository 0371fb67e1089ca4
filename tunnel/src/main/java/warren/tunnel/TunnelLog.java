// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The tunnel process's log: one line an event on the standard error, at the level that
/// `wireguard-go`'s variable asks for. No state but the logger's level.
final class TunnelLog {
    private static final String FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";
    private static final String FORMAT = "%1$tFT%1$tT.%1$tL%1$tz %4$s %5$s%6$s%n";

    /// Kept here, since the log system itself forgets loggers that nobody holds.
    private static final Logger OURS = Logger.getLogger("warren");

    private TunnelLog() {}

    /// Called once, before anything is logged.
    ///
    /// @param level `LOG_LEVEL`; null where it is not set
    static void configure(@Nullable String level) {
        if (System.getProperty(FORMAT_PROPERTY) == null) {
            System.setProperty(FORMAT_PROPERTY, FORMAT);
        }
        Level wanted = level(level == null ? "" : level);
        OURS.setLevel(wanted);
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.setLevel(wanted);
        }
    }

    private static Level level(String wish) {
        return switch (wish) {
            case "verbose", "debug" -> Level.FINE;
            case "error" -> Level.SEVERE;
            case "silent" -> Level.OFF;
            default -> Level.INFO;
        };
    }
}
