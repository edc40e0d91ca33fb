package dev.headroom.launcher;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line per record on standard error: time, level, room, message. */
final class Logging {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  /** Held so that the level survives a garbage collection. */
  private static final Logger ROOT = Logger.getLogger("");

  /* They warn of what is as it should be: no Reactor here, meters of a library that nobody reads,
   * a connection closed twice at the end. */
  private static final List<Logger> TOO_LOUD =
      List.of(
          Logger.getLogger("com.linecorp.armeria.common.CommonPools"),
          Logger.getLogger("io.micrometer.core.instrument.MeterRegistry"),
          Logger.getLogger("io.lettuce.core.RedisChannelHandler"));

  private Logging() {}

  static void start() {
    LogManager.getLogManager().reset();
    ConsoleHandler handler = new ConsoleHandler();
    handler.setFormatter(new Line());
    handler.setLevel(Level.ALL);
    ROOT.addHandler(handler);
    ROOT.setLevel(Level.WARNING);
    TOO_LOUD.forEach(logger -> logger.setLevel(Level.SEVERE));
    String level = System.getenv("HEADROOM_LOG");
    OURS.setLevel(level == null ? Level.INFO : Level.parse(level));
  }

  private static final Logger OURS = Logger.getLogger("dev.headroom");

  private static final class Line extends Formatter {
    @Override
    public String format(LogRecord logRecord) {
      String name = logRecord.getLoggerName() == null ? "" : logRecord.getLoggerName();
      String room =
          name.startsWith("dev.headroom.")
              ? name.substring("dev.headroom.".length()).replaceAll("\\..*", "")
              : name.substring(name.lastIndexOf('.') + 1);
      StringBuilder line =
          new StringBuilder(TIME.format(Instant.ofEpochMilli(logRecord.getMillis())))
              .append(' ')
              .append(logRecord.getLevel().equals(Level.WARNING) ? "warn " : "")
              .append(logRecord.getLevel().equals(Level.SEVERE) ? "error " : "")
              .append(room)
              .append(": ")
              .append(formatMessage(logRecord))
              .append(System.lineSeparator());
      if (logRecord.getThrown() != null) {
        StringWriter trace = new StringWriter();
        logRecord.getThrown().printStackTrace(new PrintWriter(trace));
        line.append(trace);
      }
      return line.toString();
    }
  }
}
