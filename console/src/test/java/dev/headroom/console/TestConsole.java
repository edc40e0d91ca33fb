package dev.headroom.console;

import dev.headroom.base.TimeSource;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Source;
import java.util.List;

/** A console over invented figures; {@code main} serves it for a person to look at. */
final class TestConsole {
  private TestConsole() {}

  static ScaledApp app() {
    return Documents.parse(
        List.of(
            new Source(
                "test.yaml",
                """
                apiVersion: headroom.dev/v1alpha1
                kind: ScaledApp
                metadata: {name: tracker}
                spec:
                  services:
                    web: {command: [web], port: 3000, env: {PASSWORD: geheim}}
                    mailer: {command: [mailer]}
                """)));
  }

  static Console start(FakeTelemetry telemetry, TimeSource time) {
    return Console.start(new ConsoleSettings("127.0.0.1", 0), telemetry, app(), Actions.NONE, time);
  }

  public static void main(String[] args) throws InterruptedException {
    TimeSource time = TimeSource.system();
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8800;
    try (Console console =
        Console.start(
            new ConsoleSettings("127.0.0.1", port),
            new FakeTelemetry(time),
            app(),
            Actions.NONE,
            time)) {
      System.out.println("invented figures on " + console.uri());
      Thread.currentThread().join();
    }
  }
}
