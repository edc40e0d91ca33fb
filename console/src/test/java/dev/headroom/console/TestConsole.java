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
                  gateway:
                    identity: {jwt: {secret: 0123456789abcdef0123456789abcdef, user: sub, tenant: org}}
                    rateLimits:
                      - {name: per user, key: user, requests: 100/min, burst: 20}
                      - {name: search, path: /api/search, requests: 20/min, observe: true}
                    cache:
                      - {path: /assets/**, immutable: true}
                      - {path: /api/reports/**, ttl: 30s, vary: [tenant], tags: [reports]}
                  channels: {ops: {webhook: https://ops.acme.example/alerts}}
                  alerts:
                    - {name: slow search, when: p95 > 250ms for 5m, route: GET /api/**, notify: ops}
                    - {when: errors > 2% for 1m, minRequests: 50}
                """)));
  }

  static Console start(FakeTelemetry telemetry, TimeSource time) {
    return start(telemetry, Actions.NONE, time);
  }

  static Console start(FakeTelemetry telemetry, Actions actions, TimeSource time) {
    return Console.start(new ConsoleSettings("127.0.0.1", 0), telemetry, app(), actions, time);
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
