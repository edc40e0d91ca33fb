package dev.headroom.launcher;

import dev.headroom.base.Lifecycle;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.router.QueryListener;
import dev.headroom.router.Router;
import dev.headroom.signals.OpenMetrics;
import dev.headroom.signals.OtlpExporter;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headroom router}. */
@Command(
    name = "router",
    description = "Run the router alone, in front of the PostgreSQL that the document names.",
    footer = {
      "",
      "Applications connect to it instead of to PostgreSQL, with the same user and password.",
      "",
      "Example:",
      "  headroom router -f app.yaml --telemetry http://10.0.0.9:4318"
    })
final class RouterCommand implements Callable<Integer> {
  @Mixin private final RoleOptions options = new RoleOptions();

  @Option(
      names = "--discover",
      paramLabel = "NAMESPACE/SERVICE",
      description =
          "On Kubernetes: the members of the database are the ready pods of this Service.")
  private String discover = "";

  @Override
  public Integer call() {
    ScaledApp app = options.document();
    if (!app.database().isExternal()) {
      throw UserError.usage(
          "spec.database.primary: missing (expected: the URL of a primary); `headroom up` runs a"
              + " database of its own");
    }
    TimeSource time = TimeSource.system();
    Secrets secrets = new Secrets(System.getenv(), Path.of(".headroom", app.name()));
    LocalDatabase database = LocalDatabase.external(app.database(), secrets);
    return Foreground.run(
        () -> {
          try (Lifecycle lifecycle = new Lifecycle()) {
            OtlpExporter exporter = lifecycle.add(options.exporter(app, time));
            OpenMetrics metrics = new OpenMetrics(time);
            Router router =
                lifecycle.add(
                    Router.start(
                        app.router(),
                        database.routerMembers(),
                        database.routerAccess(),
                        new RouterClients(secrets),
                        QueryListener.NONE,
                        exporter.and(metrics),
                        time));
            if (!discover.isEmpty()) {
              ClusterAddresses.tell(router, discover, lifecycle);
            }
            System.err.printf(
                "to take the router out: put %s in place of %s into DATABASE_URL; then, once your"
                    + " processes run with it: psql -p %d -c 'DRAIN 600' headroom%n",
                database.migrationAccess().host() + ":" + database.migrationAccess().port(),
                router.address().getHostString() + ":" + router.address().getPort(),
                router.address().getPort());
            return options.serve(
                app,
                lifecycle,
                "router on postgres:/" + router.address(),
                Map.of("/metrics", AdminAnswer.metrics(metrics)));
          }
        });
  }
}
