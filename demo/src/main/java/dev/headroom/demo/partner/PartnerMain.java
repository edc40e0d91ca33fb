package dev.headroom.demo.partner;

import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.settings.Shutdown;
import dev.headroom.demo.telemetry.Instance;
import dev.headroom.demo.telemetry.Telemetry;
import java.net.BindException;

/** {@code demo partner}. */
public final class PartnerMain {
  private PartnerMain() {}

  public static void run(Settings settings) throws BindException {
    Instance instance = Instance.of(settings, "partner");
    Telemetry telemetry = Telemetry.start(settings, instance);
    Partner partner =
        Partner.start(
            settings.text("HOST", "127.0.0.1"),
            settings.number("PARTNER_PORT", settings.number("PORT", 8090, 0, 65_535), 0, 65_535),
            settings.number("DEMO_PARTNER_MS", 150, 0, 60_000),
            Faults.of(settings),
            telemetry);
    Shutdown.onSignal(partner::close);
  }
}
