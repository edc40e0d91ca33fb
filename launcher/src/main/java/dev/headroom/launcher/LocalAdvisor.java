package dev.headroom.launcher;

import dev.headroom.advisor.AdviceReport;
import dev.headroom.advisor.Advisor;
import dev.headroom.advisor.AdvisorService;
import dev.headroom.advisor.AdvisorSettings;
import dev.headroom.advisor.Applier;
import dev.headroom.advisor.Observations;
import dev.headroom.advisor.TracedRepetition;
import dev.headroom.apm.Analyses.Proof;
import dev.headroom.apm.Analyses.RepeatedKind;
import dev.headroom.apm.TelemetryStore;
import dev.headroom.apm.Window;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.spec.ScaledApp;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The advisor beside a running application: sees what passes by, looks at the database at times.
 */
record LocalAdvisor(AdvisorService service, LocalDatabase database) {
  /* Late enough that there is something to see, and that no short run pays for it. */
  private static final AdvisorService.Schedule SCHEDULE =
      new AdvisorService.Schedule(Duration.ofMinutes(4), Duration.ofMinutes(20));

  private static final Duration LOOKED_AT = Duration.ofMinutes(15);
  private static final int MOST_REPEATED = 50;

  static LocalAdvisor start(
      ScaledApp app,
      LocalDatabase database,
      Observations observations,
      ChildRegistry registry,
      TelemetryStore store,
      TimeSource time) {
    AdvisorService service =
        AdvisorService.start(
            new Advisor(AdvisorSettings.defaults(), registry, time),
            database::advised,
            new Advisor.Inputs(
                Optional.of(observations),
                () -> repeatedInTraces(store, time),
                OptionalInt.of(app.router().pool().connections())),
            store,
            time,
            SCHEDULE);
    return new LocalAdvisor(service, database);
  }

  private static List<TracedRepetition> repeatedInTraces(TelemetryStore store, TimeSource time) {
    return store.repeatedCalls(Window.before(time.now(), LOOKED_AT), MOST_REPEATED).stream()
        .filter(call -> call.kind() == RepeatedKind.N_PLUS_ONE && call.proof() != Proof.EQUAL)
        .map(
            call ->
                new TracedRepetition(
                    call.fingerprint(),
                    call.text(),
                    call.entry().toString(),
                    call.traces(),
                    call.meanCalls(),
                    Duration.ofNanos(Math.round(call.meanSeconds() * 1e9)),
                    call.proof() == Proof.DIFFERENT,
                    call.samples().isEmpty() ? "" : call.samples().getFirst().toString(),
                    LOOKED_AT))
        .toList();
  }

  List<Applier.Outcome> carryOut(AdviceReport report) {
    return Applier.apply(database.advised().primary(), report.advice());
  }
}
