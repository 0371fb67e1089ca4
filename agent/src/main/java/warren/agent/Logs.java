// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// The one place that configures the log: everything to standard error, one line a message,
/// `TIME LEVEL LOGGER: sentence key=value`. Libraries speak only from WARNING up.
final class Logs {
    // Held so that their levels are not collected with them.
    private static final Logger OURS = Logger.getLogger("warren");

    /// Its warnings are stack traces of what clients get wrong, who are told so themselves.
    private static final Logger HTTP = Logger.getLogger("io.helidon");

    private Logs() {}

    static void configure(boolean verbose) {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler stderr = new ConsoleHandler();
        stderr.setFormatter(new Line());
        stderr.setLevel(Level.ALL);
        root.addHandler(stderr);
        root.setLevel(Level.WARNING);
        HTTP.setLevel(Level.SEVERE);
        OURS.setLevel(verbose ? Level.FINE : Level.INFO);
    }

    /// One line a record; a stack trace, where there is one, follows on its own lines.
    static final class Line extends Formatter {
        @Override
        public String format(LogRecord event) {
            StringBuilder line =
                    new StringBuilder()
                            .append(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                            .append(' ')
                            .append(level(event.getLevel()))
                            .append(' ')
                            .append(event.getLoggerName())
                            .append(": ")
                            .append(formatMessage(event).replace('\n', ' '))
                            .append('\n');
            if (event.getThrown() != null) {
                StringWriter trace = new StringWriter();
                event.getThrown().printStackTrace(new PrintWriter(trace));
                line.append(trace);
            }
            return line.toString();
        }

        private static String level(Level level) {
            int value = level.intValue();
            if (value >= Level.SEVERE.intValue()) {
                return "ERROR";
            }
            if (value >= Level.WARNING.intValue()) {
                return "WARN";
            }
            return value >= Level.INFO.intValue() ? "INFO" : "DEBUG";
        }
    }
}
