package dev.headroom.launcher;

import dev.headroom.console.ConsoleSettings;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the console asks for: {@code --console-token}, else what the document names. */
final class ConsoleTokenOption {
  @Option(
      names = "--console-token",
      paramLabel = "TOKEN",
      defaultValue = "${env:HEADROOM_CONSOLE_TOKEN:-}",
      description =
          "What the console asks for, 16 characters or more; needed where spec.apm.address is not"
              + " loopback (default: $HEADROOM_CONSOLE_TOKEN, else spec.apm.consoleToken).")
  private String token = "";

  Optional<String> given() {
    return Optional.of(token).filter(text -> !text.isEmpty());
  }

  static ConsoleSettings settings(ScaledApp app, Optional<String> given, Secrets secrets) {
    return ConsoleSettings.of(
        app.apm(),
        given.or(
            () ->
                app.apm()
                    .consoleToken()
                    .map(value -> secrets.resolve("spec.apm.consoleToken", value))));
  }
}
