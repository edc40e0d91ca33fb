package dev.headroom.advisor.view;

import dev.headroom.advisor.Measurement;
import dev.headroom.advisor.statement.Subject;
import java.time.Duration;
import java.util.List;

/**
 * A materialised view that gave the same rows as a statement, and faster.
 *
 * @param name of the view
 * @param create the statements that make it
 * @param read the statement to use instead
 * @param refresh the statement that brings it up to date
 * @param refreshMillis measured on the scratch copy
 * @param interval between refreshes, so that they cost at most a tenth of what is saved
 */
public record ProvenView(
    Subject subject,
    String name,
    List<String> create,
    String read,
    String refresh,
    Measurement before,
    Measurement after,
    double refreshMillis,
    Duration interval) {

  public ProvenView {
    create = List.copyOf(create);
  }

  /** Less what the refreshes cost. */
  public double secondsPerHour() {
    double saved = before.millis() <= 0 ? 0 : 1 - after.millis() / before.millis();
    double gain = Math.max(0, saved) * subject.millisPerCall() * subject.callsPerHour() / 1000;
    return gain - refreshSecondsPerHour();
  }

  public double refreshSecondsPerHour() {
    return refreshMillis / 1000 * Duration.ofHours(1).toMillis() / interval.toMillis();
  }
}
