package dev.headroom.launcher;

import com.sun.net.httpserver.HttpHandler;
import dev.headroom.base.Component;
import dev.headroom.base.Lifecycle;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.signals.OtlpExporter;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What the commands for a single role have in common. */
final class RoleOptions {
  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      description = "The document; later files are laid over earlier ones.")
  private List<Path> files = List.of();

  @Option(
      names = "--telemetry",
      paramLabel = "URL",
      description = "OTLP/HTTP of the server role (default: spec.apm.endpoint).")
  private String telemetry = "";

  @Option(
      names = "--admin",
      paramLabel = "PORT",
      description = "Admin port; 0 picks a free one (default: spec.apm.admin).")
  private int admin = -1;

  ScaledApp document() {
    return Documents.load(files);
  }

  /** Where this role sends what it measures. */
  OtlpExporter exporter(ScaledApp app, TimeSource time) {
    String url =
        telemetry.isEmpty()
            ? app.apm().endpoint().orElse("http://127.0.0.1:" + app.apm().http())
            : telemetry;
    try {
      return OtlpExporter.start(URI.create(url), time, new SecureRandom());
    } catch (IllegalArgumentException e) {
      throw UserError.usage(
          "--telemetry: " + url + " (expected: a URL such as http://127.0.0.1:4318)");
    }
  }

  /** Starts the admin port of a role, and waits for a signal. */
  int serve(ScaledApp app, Lifecycle lifecycle, String what) throws InterruptedException {
    return serve(app, lifecycle, what, Map.of());
  }

  /**
   * The same, with more on the admin port.
   *
   * @param more handlers by their path
   */
  int serve(ScaledApp app, Lifecycle lifecycle, String what, Map<String, HttpHandler> more)
      throws InterruptedException {
    int port = admin >= 0 ? admin : app.apm().admin();
    AdminServer server =
        AdminServer.start(new InetSocketAddress(app.apm().address(), port), lifecycle::components);
    lifecycle.add((Component) server);
    more.forEach(server::add);
    System.err.printf("%s; admin on http://127.0.0.1:%d%n", what, server.port());
    Thread.sleep(Long.MAX_VALUE);
    return 0;
  }
}
