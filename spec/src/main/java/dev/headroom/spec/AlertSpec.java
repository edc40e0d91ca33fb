package dev.headroom.spec;

import java.util.Optional;

/** What to be told about: a condition that holds, or an objective whose error budget burns. */
public record AlertSpec(
    @Setting("What it is called; absent, its condition is its name.") Optional<String> name,
    @Setting("The condition, for example p95 > 250ms for 5m.") Optional<AlertCondition> when,
    @Setting("The objective, for example 99.9% over 30d, or 99% under 300ms over 30d.")
        Optional<SloObjective> slo,
    @Setting("Which service; absent, all.") Optional<String> service,
    @Setting("Which endpoints, each by itself; absent, all requests together.")
        Optional<EndpointPattern> route,
    @Setting(
            value = "Fewer requests in the window decide nothing.",
            def = "10",
            min = 1,
            max = 1_000_000)
        int minRequests,
    @Setting(value = "The channel; absent, only the console shows it.", key = "notify")
        Optional<String> channel) {

  /** What people call it. */
  public String title() {
    return name.orElseGet(
        () ->
            when.map(AlertCondition::toString).orElse("")
                + slo.map(objective -> "SLO " + objective).orElse("")
                + route.map(pattern -> " on " + pattern).orElse("")
                + service.map(of -> " of " + of).orElse(""));
  }
}
