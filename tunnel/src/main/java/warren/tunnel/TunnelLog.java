// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.PrintStream;
import java.time.temporal.ChronoUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The tunnel process's log: one line an event on the standard error, at the level that
/// `wireguard-go`'s variable asks for, in UTC. No state but the logger's level.
///
/// The JDK's own formatter would bring in time zones, languages and patterns: a tenth of a second
/// of the start.
final class TunnelLog {
    /// Kept here, since the log system itself forgets loggers that nobody holds.
    private static final Logger OURS = Logger.getLogger("warren");

    private TunnelLog() {}

    /// Called once, before anything is logged.
    ///
    /// @param level `LOG_LEVEL`; null where it is not set
    static void configure(@Nullable String level, PrintStream out) {
        OURS.setLevel(level(level == null ? "" : level));
        OURS.setUseParentHandlers(false);
        OURS.addHandler(new Lines(out));
    }

    private static Level level(String wish) {
        return switch (wish) {
            case "verbose", "debug" -> Level.FINE;
            case "error" -> Level.SEVERE;
            case "silent" -> Level.OFF;
            default -> Level.INFO;
        };
    }

    /// The line of an event, without its end.
    static String line(LogRecord event) {
        return event.getInstant().truncatedTo(ChronoUnit.MILLIS)
                + " "
                + event.getLevel().getName()
                + " "
                + message(event);
    }

    private static String message(LogRecord event) {
        String message = String.valueOf(event.getMessage());
        Object[] parameters = event.getParameters();
        for (int i = 0; parameters != null && i < parameters.length; i++) {
            message = message.replace("{" + i + "}", String.valueOf(parameters[i]));
        }
        return message;
    }

    private static final class Lines extends Handler {
        private final PrintStream out;

        Lines(PrintStream out) {
            this.out = out;
        }

        @Override
        public void publish(LogRecord event) {
            if (!isLoggable(event)) {
                return;
            }
            synchronized (out) {
                out.println(line(event));
                if (event.getThrown() != null) {
                    event.getThrown().printStackTrace(out);
                }
            }
        }

        @Override
        public void flush() {
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }
}
