package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.spec.DatabaseSpec;
import dev.headroom.spec.DatabaseSpec.Durability;
import java.util.Locale;
import java.util.Map;

/** CloudNativePG's Cluster: a primary, its replicas, and a quorum of them that confirms commits. */
final class PostgresObjects {
  static final String COMPONENT = "db";
  static final int PORT = 5432;
  private static final int STATUS_PORT = 8000;

  private PostgresObjects() {}

  /** The Secret in which CloudNativePG keeps the application's access. */
  static String accessSecret(Application app) {
    return app.id().nameOf(COMPONENT) + "-app";
  }

  static void add(Application app, Plan.Draft draft) {
    DatabaseSpec database = app.document().database();
    if (database.isExternal()) {
      draft.find(Finding.good(Finding.DATABASE, "External", "PostgreSQL is run by someone else"));
      return;
    }
    if (!app.serves(Kind.POSTGRES_CLUSTER)) {
      draft.find(Finding.missing(Finding.DATABASE, Kind.POSTGRES_CLUSTER));
      return;
    }
    draft.add(
        Manifest.object(
            Kind.POSTGRES_CLUSTER.apiVersion(),
            Kind.POSTGRES_CLUSTER.kind(),
            app.id().owned(COMPONENT),
            map("spec", cluster(app, database))));
    draft.add(
        Pods.policy(
            app,
            COMPONENT,
            map("cnpg.io/cluster", app.id().nameOf(COMPONENT)),
            list(
                Pods.from(
                    list(
                        Pods.peer(app, RoleObjects.ROUTER),
                        Pods.peer(app, RoleObjects.SERVER),
                        Pods.peer(app, MigrationJob.COMPONENT),
                        members(app)),
                    PORT),
                // CloudNativePG's operator looks after its members; members ask each other.
                Pods.from(
                    list(
                        map(
                            "namespaceSelector",
                            map(),
                            "podSelector",
                            map("matchLabels", map("app.kubernetes.io/name", "cloudnative-pg"))),
                        members(app)),
                    PORT,
                    STATUS_PORT))));
    draft.find(readiness(app, database));
  }

  private static Finding readiness(Application app, DatabaseSpec database) {
    ClusterState.Readiness readiness = app.cluster().workloads().get(app.id().nameOf(COMPONENT));
    int members = database.replicas() + 1;
    if (readiness == null) {
      return Finding.pending(Finding.DATABASE, "Creating", "no member is reported yet");
    }
    return readiness.ready() >= members
        ? Finding.good(
            Finding.DATABASE, "Running", "a primary and %d replicas".formatted(members - 1))
        : Finding.pending(
            Finding.DATABASE,
            "Starting",
            "%d of %d members ready".formatted(readiness.ready(), members));
  }

  private static Map<String, Object> members(Application app) {
    return map(
        "podSelector", map("matchLabels", map("cnpg.io/cluster", app.id().nameOf(COMPONENT))));
  }

  private static Map<String, Object> cluster(Application app, DatabaseSpec database) {
    Map<String, Object> postgresql =
        map(
            "parameters",
            // What the query advisor reads; CloudNativePG loads the extension for it.
            map("pg_stat_statements.max", "10000", "pg_stat_statements.track", "all"));
    if (database.replicas() > 0) {
      postgresql.put("synchronous", synchronous(database));
    }
    return map(
        "instances",
        database.replicas() + 1,
        "bootstrap",
        map("initdb", map("database", database.name(), "owner", database.user())),
        "postgresql",
        postgresql,
        "storage",
        map("size", database.storage().toString()),
        "affinity",
        map(
            "enablePodAntiAffinity",
            true,
            "topologyKey",
            "kubernetes.io/hostname",
            "podAntiAffinityType",
            "preferred"),
        "topologySpreadConstraints",
        list(
            map(
                "maxSkew",
                1,
                "topologyKey",
                "topology.kubernetes.io/zone",
                "whenUnsatisfiable",
                "ScheduleAnyway",
                "labelSelector",
                map("matchLabels", map("cnpg.io/cluster", app.id().nameOf(COMPONENT))))));
  }

  /* Any one replica confirms a commit; one that confirmed nothing is not promoted. */
  private static Map<String, Object> synchronous(DatabaseSpec database) {
    Map<String, Object> synchronous =
        map(
            "method",
            "any",
            "number",
            1,
            "dataDurability",
            database.durability().name().toLowerCase(Locale.ROOT));
    if (database.durability() == Durability.REQUIRED) {
      synchronous.put("failoverQuorum", true);
    }
    return synchronous;
  }
}
