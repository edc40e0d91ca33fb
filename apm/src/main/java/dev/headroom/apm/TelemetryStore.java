package dev.headroom.apm;

import dev.headroom.base.Component;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.OtlpSignal;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.spec.ApmSpec;
import dev.headroom.spec.ScaledApp;
import java.nio.file.Path;

/**
 * Where telemetry stays and is asked for.
 *
 * <p>Taking never blocks: a bounded queue stands in front, and what finds no place is counted in
 * {@link #storeStats()}. What was taken can be asked for after a second at most, and is on the disk
 * after {@link #LOSS_WINDOW_SECONDS} at most; a crash loses that much and nothing older.
 */
public interface TelemetryStore
    extends TelemetryConsumer, TelemetryQueries, Component, Reloadable<ScaledApp> {

  /** The longest time between taking and the commit, with a disk that keeps up. */
  int LOSS_WINDOW_SECONDS = 2;

  /**
   * Takes {@code batch} whole, or answers false when the queue is full: nothing was taken or
   * counted, and the sender should come again later.
   */
  boolean offer(Telemetry batch);

  /** Counts items that a receiver could not hand over, so that one place tells of all losses. */
  void refused(OtlpSignal signal, String reason, long items);

  /** Returns once what was taken before is committed and can be asked for. */
  void flush();

  /**
   * A store on disk, which finds what it stored before.
   *
   * @throws dev.headroom.base.UserError when the folder cannot be written, is in use, or was made
   *     by a newer version
   */
  static TelemetryStore open(Path folder, ApmSpec.Retention retention, TimeSource time) {
    return DuckStore.open(folder, retention, StoreLimits.USUAL, time);
  }

  /** A store in memory, which keeps the last 20 minutes, or less under load. */
  static TelemetryStore inMemory(TimeSource time) {
    return new MemoryStore(StoreLimits.USUAL, time);
  }
}
