package dev.headroom.launcher;

import dev.headroom.advisor.AdviceReport;
import dev.headroom.advisor.Advisor;
import dev.headroom.advisor.AdvisorService;
import dev.headroom.advisor.AdvisorSettings;
import dev.headroom.advisor.Applier;
import dev.headroom.advisor.Observations;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.signals.TelemetryConsumer;
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

  static LocalAdvisor start(
      ScaledApp app,
      LocalDatabase database,
      Observations observations,
      ChildRegistry registry,
      TelemetryConsumer telemetry,
      TimeSource time) {
    AdvisorService service =
        AdvisorService.start(
            new Advisor(AdvisorSettings.defaults(), registry, time),
            database::advised,
            new Advisor.Inputs(
                Optional.of(observations), OptionalInt.of(app.router().pool().connections())),
            telemetry,
            time,
            SCHEDULE);
    return new LocalAdvisor(service, database);
  }

  List<Applier.Outcome> carryOut(AdviceReport report) {
    return Applier.apply(database.advised().primary(), report.advice());
  }
}
