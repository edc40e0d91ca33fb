package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.operator.ClusterState.JobState;
import dev.headroom.spec.MigrateSpec;
import dev.headroom.spec.ServiceSpec;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The document's {@code migrate}: a Job for each release, an image and a command. Until it has
 * succeeded, the Deployments stay with the release before.
 */
final class MigrationJob {
  static final String COMPONENT = "migrate";

  private MigrationJob() {}

  static void add(Application app, Plan.Draft draft) {
    Optional<MigrateSpec> migrate = app.document().migrate();
    if (migrate.isEmpty()) {
      return;
    }
    ServiceSpec service =
        Objects.requireNonNull(app.document().services().get(migrate.get().service()));
    if (service.deploymentRef().isPresent() || service.image().isEmpty()) {
      draft.find(
          Finding.good(
              Finding.MIGRATED,
              "Pipeline",
              migrate.get().service()
                  + " belongs to a pipeline, which migrates before it deploys"));
      return;
    }
    String name = name(app, migrate.get(), service);
    draft.add(
        Manifest.object(
            "batch/v1",
            "Job",
            app.id().owned(name, COMPONENT),
            map(
                "spec",
                map(
                    "backoffLimit",
                    3,
                    "template",
                    map(
                        "metadata",
                        map("labels", app.id().labels(COMPONENT)),
                        "spec",
                        map(
                            "restartPolicy",
                            "Never",
                            "automountServiceAccountToken",
                            false,
                            "containers",
                            list(
                                map(
                                    "name",
                                    COMPONENT,
                                    "image",
                                    service.image().orElseThrow(),
                                    "command",
                                    List.copyOf(migrate.get().command()),
                                    "env",
                                    Environment.ofMigration(
                                        app, migrate.get().service(), service)))))))));
    draft.find(finding(name, app.cluster().jobs().getOrDefault(name, JobState.RUNNING)));
  }

  private static Finding finding(String name, JobState state) {
    return switch (state) {
      case RUNNING ->
          Finding.pending(Finding.MIGRATED, "Running", name + " runs; the rollout waits for it");
      case SUCCEEDED -> Finding.good(Finding.MIGRATED, "Succeeded", name);
      case FAILED ->
          Finding.bad(
              Finding.MIGRATED,
              "Failed",
              name
                  + " failed, and the rollout does not begin; see kubectl logs job/"
                  + name
                  + ", then delete the Job to try again");
    };
  }

  /** May this release's Deployments be applied? */
  static boolean isOver(Application app) {
    return app.document()
        .migrate()
        .map(
            migrate -> {
              ServiceSpec service =
                  Objects.requireNonNull(app.document().services().get(migrate.service()));
              return service.deploymentRef().isPresent()
                  || service.image().isEmpty()
                  || app.cluster().jobs().get(name(app, migrate, service)) == JobState.SUCCEEDED;
            })
        .orElse(true);
  }

  private static String name(Application app, MigrateSpec migrate, ServiceSpec service) {
    String release = service.image().orElseThrow() + "\n" + String.join("\n", migrate.command());
    return app.id().nameOf(COMPONENT) + "-" + RoleObjects.digest(release);
  }
}
