package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.Measurement;
import dev.headroom.advisor.statement.Subject;
import java.util.List;

/**
 * A statement in other words that gave the same rows, and faster.
 *
 * @param rule for example {@code NOT IN → NOT EXISTS}
 * @param sql what to use instead
 * @param notes preconditions, and how the rows were compared
 */
public record ProvenRewrite(
    Subject subject,
    String rule,
    String sql,
    String why,
    Measurement before,
    Measurement after,
    List<String> notes) {

  public ProvenRewrite {
    notes = List.copyOf(notes);
  }

  /** At the observed rate and the time that it takes in the user's own database. */
  public double secondsPerHour() {
    double saved = before.millis() <= 0 ? 0 : 1 - after.millis() / before.millis();
    return Math.max(0, saved) * subject.millisPerCall() * subject.callsPerHour() / 1000;
  }
}
