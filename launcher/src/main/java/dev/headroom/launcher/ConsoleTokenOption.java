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
          "What the console asks for, 16 characters or more; without it the console listens on"
              + " loopback only (default: $HEADROOM_CONSOLE_TOKEN, else spec.apm.consoleToken).")
  private String token = "";

  private static final String LOOPBACK = "127.0.0.1";

  Optional<String> given() {
    return Optional.of(token).filter(text -> !text.isEmpty());
  }

  /** Where the console of {@code app} listens: on loopback when there is no token. */
  static ConsoleSettings settings(ScaledApp app, Optional<String> given, Secrets secrets) {
    Optional<String> token =
        given.or(
            () ->
                app.apm()
                    .consoleToken()
                    .map(value -> secrets.resolve("spec.apm.consoleToken", value)));
    return token.isPresent()
        ? ConsoleSettings.of(app.apm(), token)
        : new ConsoleSettings(LOOPBACK, app.apm().console());
  }
}
