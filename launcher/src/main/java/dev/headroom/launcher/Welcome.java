package dev.headroom.launcher;

import dev.headroom.spec.ScaledApp;

/** What a user reads when everything runs. */
final class Welcome {

  private Welcome() {}

  static String of(ScaledApp app, LocalApplication running, String lastLine) {
    return """

    %s is up.
      console      http://127.0.0.1:%d
      application  http://%s:%d

      %s
    """
        .formatted(
            app.name(),
            running.consolePort(),
            running.gatewayAddress().getHostString(),
            running.gatewayAddress().getPort(),
            lastLine);
  }
}
