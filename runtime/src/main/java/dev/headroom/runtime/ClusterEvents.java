package dev.headroom.runtime;

import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;

/** Tells what happens to the database, and who its members are; silent once it is closed. */
final class ClusterEvents {
  private static final Logger LOG = System.getLogger(DatabaseCluster.class.getName());

  private final ClusterMembers members;
  private final Consumer<List<DatabaseMember>> listener;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private volatile boolean closed;

  ClusterEvents(
      ClusterMembers members,
      Consumer<List<DatabaseMember>> listener,
      TelemetryConsumer telemetry,
      TimeSource time) {
    this.members = members;
    this.listener = listener;
    this.telemetry = telemetry;
    this.time = time;
  }

  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  /** Something about the members has changed. */
  void membersChanged() {
    if (!closed) {
      listener.accept(members.list());
    }
  }

  void event(boolean bad, String member, String what) {
    LOG.log(bad ? Level.WARNING : Level.INFO, what);
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                bad ? LogRecord.WARN : LogRecord.INFO,
                Vocabulary.EVENT_FAILOVER,
                what,
                Attributes.of(Vocabulary.MEMBER, member))));
  }
}
