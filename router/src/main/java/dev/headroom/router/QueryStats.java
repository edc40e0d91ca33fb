package dev.headroom.router;

import dev.headroom.router.session.QueryReport.Answered;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.Arrays;

/** What has been seen of one normalised statement since the start. Thread-safe. */
final class QueryStats {
  private static final long TELL_AGAIN = Duration.ofMinutes(5).toNanos();

  private final String id;
  private final String text;
  /* One per member and role that has run it: a handful. */
  private Series[] series = {};
  private boolean told;
  private long toldAt;
  private long calls;
  private long replicaCalls;
  private long errors;
  private long rows;
  private long bytes;
  private long queueNanos;
  private long durationNanos;
  private long heldNanos;
  private long maxNanos;

  QueryStats(String id, String text) {
    this.id = id;
    this.text = text;
  }

  private record Series(String member, String role, Attributes attributes) {}

  String id() {
    return id;
  }

  /** What its durations on a member are told under. */
  synchronized Attributes attributes(String member, String role) {
    for (Series each : series) {
      if (each.member.equals(member) && each.role.equals(role)) {
        return each.attributes;
      }
    }
    Attributes made =
        Attributes.of(Vocabulary.QUERY, id, Vocabulary.MEMBER, member, Vocabulary.ROLE, role);
    series = Arrays.copyOf(series, series.length + 1);
    series[series.length - 1] = new Series(member, role, made);
    return made;
  }

  /** Is it time to tell its text, once and every few minutes? True once each time. */
  synchronized boolean isToTell(long now) {
    if (told && now - toldAt < TELL_AGAIN) {
      return false;
    }
    told = true;
    toldAt = now;
    return true;
  }

  synchronized void add(Answered answered) {
    calls++;
    replicaCalls += answered.role().equals("replica") ? 1 : 0;
    errors += answered.sqlState().isEmpty() ? 0 : 1;
    rows += answered.rows();
    bytes += answered.bytes();
    queueNanos += answered.queueNanos();
    durationNanos += answered.durationNanos();
    heldNanos += answered.heldNanos();
    maxNanos = Math.max(maxNanos, answered.durationNanos());
  }

  synchronized Row row() {
    return new Row(
        id,
        text,
        calls,
        replicaCalls,
        errors,
        rows,
        bytes,
        queueNanos,
        durationNanos,
        heldNanos,
        maxNanos);
  }

  /** The figures at one moment. */
  record Row(
      String id,
      String text,
      long calls,
      long replicaCalls,
      long errors,
      long rows,
      long bytes,
      long queueNanos,
      long durationNanos,
      long heldNanos,
      long maxNanos) {}
}
