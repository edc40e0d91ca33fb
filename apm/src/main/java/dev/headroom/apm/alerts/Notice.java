package dev.headroom.apm.alerts;

import dev.headroom.apm.AlertLog.State;
import dev.headroom.signals.TraceId;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a channel is told: one alert, all its subjects that changed in the same way together.
 *
 * @param console where the traces can be looked at
 */
public record Notice(
    String app,
    String alert,
    String condition,
    String severity,
    State state,
    Instant time,
    List<Item> items,
    Optional<URI> console) {

  public Notice {
    items = List.copyOf(items);
  }

  /**
   * One subject.
   *
   * @param subject an endpoint; empty: all requests
   * @param traces the slowest ones of the minutes before
   */
  public record Item(String subject, String value, Instant since, List<TraceId> traces) {
    public Item {
      traces = List.copyOf(traces);
    }
  }

  /** One line. */
  public String headline() {
    String word = state == State.FIRING ? "FIRING" : "resolved";
    String about =
        items.size() == 1
            ? (items.getFirst().subject().isEmpty() ? "" : " on " + items.getFirst().subject())
                + ": "
                + items.getFirst().value()
            : " on " + items.size() + " endpoints";
    return "%s %s: %s%s".formatted(word, app, alert, about);
  }

  Optional<URI> trace(TraceId id) {
    return console.map(base -> base.resolve("/trace/" + id));
  }
}
