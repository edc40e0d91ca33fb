package dev.headroom.console;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether users are served, from what was measured alone. */
record Verdict(State state, List<String> reasons) {
  private static final Set<String> BROKEN =
      Set.of("unhealthy", "backing-off", "unplaced", "down", "fail", "failed", "lagging");
  private static final double MANY_ERRORS = 0.01;

  /** From best to worst; {@code UNKNOWN} while nothing has been measured. */
  enum State {
    UNKNOWN,
    UP,
    DEGRADED,
    DOWN;

    @JsonValue
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param firing names of the alerts that fire
   */
  static Verdict of(
      Traffic.Sum traffic,
      List<Replicas.Replica> replicas,
      Database database,
      Redis redis,
      List<String> firing) {
    List<String> down = new ArrayList<>();
    List<String> degraded = new ArrayList<>();
    Map<String, List<Replicas.Replica>> services =
        replicas.stream().collect(Collectors.groupingBy(Replicas.Replica::service));
    services.forEach(
        (service, all) -> {
          if (all.stream().noneMatch(Replicas.Replica::isReady)) {
            down.add("no replica of " + service + " is ready");
          }
          all.stream()
              .filter(r -> BROKEN.contains(r.state()))
              .forEach(r -> degraded.add(r.instance() + " is " + r.state()));
        });
    if (!database.members().isEmpty() && !database.hasPrimary()) {
      down.add("PostgreSQL has no primary");
    }
    database.members().stream()
        .filter(m -> BROKEN.contains(m.state()))
        .forEach(m -> degraded.add(m.name() + " is " + m.state()));
    redis.nodes().stream()
        .filter(n -> BROKEN.contains(n.state().toLowerCase(Locale.ROOT)))
        .forEach(n -> degraded.add("Redis " + n.name() + " is " + n.state()));
    if (traffic.count() > 0 && traffic.serverErrors() > MANY_ERRORS * traffic.count()) {
      degraded.add(
          "%.1f %% of requests fail".formatted(100.0 * traffic.serverErrors() / traffic.count()));
    }
    firing.stream().distinct().forEach(alert -> degraded.add("the alert “" + alert + "” fires"));
    boolean nothing = replicas.isEmpty() && database.members().isEmpty() && traffic.count() == 0;
    State state =
        !down.isEmpty()
            ? State.DOWN
            : !degraded.isEmpty() ? State.DEGRADED : nothing ? State.UNKNOWN : State.UP;
    down.addAll(degraded);
    return new Verdict(state, nothing ? List.of("nothing measured yet") : down);
  }
}
