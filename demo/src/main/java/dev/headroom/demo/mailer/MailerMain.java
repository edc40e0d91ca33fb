package dev.headroom.demo.mailer;

import dev.headroom.demo.db.Database;
import dev.headroom.demo.db.DatabaseUrl;
import dev.headroom.demo.db.StatementListener;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.partner.PartnerClient;
import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.settings.Shutdown;
import dev.headroom.demo.telemetry.Instance;
import dev.headroom.demo.telemetry.Telemetry;
import java.time.Duration;
import java.util.Optional;

/** {@code demo mailer}. */
public final class MailerMain {
  private MailerMain() {}

  public static void run(Settings settings) {
    Instance instance = Instance.of(settings, "mailer");
    Telemetry telemetry = Telemetry.start(settings, instance);
    Database database =
        new Database(
            DatabaseUrl.of(settings), 2, instance.id(), telemetry.tracer(), StatementListener.NONE);
    Optional<PartnerClient> partner =
        settings.find("PARTNER_URL").map(url -> new PartnerClient(url, telemetry.tracer()));
    Outbox outbox = new Outbox(database, partner);
    Jobs jobs = new Jobs(database, Faults.of(settings));
    Mailer mailer =
        Mailer.start(
            outbox, jobs, Duration.ofSeconds(settings.number("DEMO_JOBS_SECONDS", 60, 1, 86_400)));
    Shutdown.onSignal(
        () -> {
          mailer.close();
          partner.ifPresent(PartnerClient::close);
          database.close();
          telemetry.close();
        });
  }
}
