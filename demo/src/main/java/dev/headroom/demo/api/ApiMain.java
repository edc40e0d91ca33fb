package dev.headroom.demo.api;

import dev.headroom.demo.db.StatementListener;
import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.settings.Shutdown;
import dev.headroom.demo.settings.WrongUse;
import dev.headroom.demo.telemetry.Telemetry;
import java.net.BindException;
import java.util.List;

/** {@code demo api}. */
public final class ApiMain {
  private ApiMain() {}

  public static void run(Settings settings, String[] args) throws BindException {
    List<String> options = List.of(args);
    if (options.equals(List.of("--train"))) {
      Training.run(settings);
      return;
    }
    if (!options.isEmpty()) {
      throw new WrongUse("api " + String.join(" ", options) + " (expected: nothing, or --train)");
    }
    ApiConfig config = ApiConfig.of(settings);
    Telemetry telemetry = Telemetry.start(settings, config.instance());
    Api api = Api.start(config, telemetry, StatementListener.NONE);
    Shutdown.onSignal(api::drain);
  }
}
