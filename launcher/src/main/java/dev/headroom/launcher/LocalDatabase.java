package dev.headroom.launcher;

import dev.headroom.advisor.AdvisorService;
import dev.headroom.advisor.DatabaseTarget;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.engines.StateFolder;
import dev.headroom.router.Member;
import dev.headroom.runtime.DatabaseAccess;
import dev.headroom.runtime.DatabaseCluster;
import dev.headroom.runtime.DatabaseMember;
import dev.headroom.runtime.DatabaseSettings;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.spec.DatabaseSpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The database as the rest of the wiring sees it: run here, or run by someone else. */
sealed interface LocalDatabase extends Component, Reloadable<ScaledApp> {

  /**
   * Connections of a member that the router's pool does not take: replication, ours, a person's.
   */
  int SPARE_CONNECTIONS = 30;

  List<Member> routerMembers();

  dev.headroom.router.DatabaseAccess routerAccess();

  /** The application's access through the router at {@code address}. */
  DatabaseAccess access(InetSocketAddress address);

  /** The application's access straight to the primary. */
  DatabaseAccess migrationAccess();

  /** The servers as the advisor asks them: the present primary, and the replicas that are up. */
  AdvisorService.Servers advised();

  static LocalDatabase run(
      ScaledApp app,
      StateFolder state,
      LocalSettings settings,
      TelemetryConsumer telemetry,
      TimeSource time)
      throws InterruptedException {
    DatabaseSettings database =
        new DatabaseSettings(
            app.database(),
            state.directory("postgres"),
            state.directory("logs"),
            state.directory("secrets").resolve("headroom"),
            settings.fsync(),
            settings.primaryBuffers(),
            settings.replicaBuffers(),
            app.router().pool().connections() + SPARE_CONNECTIONS);
    return new Here(DatabaseCluster.start(database, state, members -> {}, telemetry, time));
  }

  static LocalDatabase external(DatabaseSpec spec, Secrets secrets) {
    PostgresUrl primary =
        PostgresUrl.parse(
            "spec.database.primary",
            secrets.resolve("spec.database.primary", spec.primary().orElseThrow()));
    List<Member> members = new ArrayList<>();
    members.add(new Member("primary", primary.address()));
    for (int i = 0; i < spec.readReplicas().size(); i++) {
      String place = "spec.database.readReplicas[" + i + "]";
      String url = secrets.resolve(place, spec.readReplicas().get(i));
      members.add(new Member("replica-" + (i + 1), PostgresUrl.parse(place, url).address()));
    }
    return new Elsewhere(primary, members);
  }

  /** Run here. */
  record Here(DatabaseCluster cluster) implements LocalDatabase {

    @Override
    public List<Member> routerMembers() {
      return cluster.members().stream()
          .map(member -> new Member(member.name(), member.address()))
          .toList();
    }

    @Override
    public dev.headroom.router.DatabaseAccess routerAccess() {
      DatabaseAccess access = cluster.primaryAccess();
      return new dev.headroom.router.DatabaseAccess(
          access.database(), access.user(), access.password());
    }

    @Override
    public DatabaseAccess access(InetSocketAddress address) {
      return cluster.primaryAccess().at(address);
    }

    @Override
    public DatabaseAccess migrationAccess() {
      return cluster.primaryAccess();
    }

    @Override
    public AdvisorService.Servers advised() {
      DatabaseAccess access = cluster.primaryAccess();
      DatabaseTarget primary =
          new DatabaseTarget(
              access.host(),
              access.port(),
              access.database(),
              access.user(),
              access.password(),
              Map.of());
      return new AdvisorService.Servers(
          primary,
          cluster.members().stream()
              .filter(member -> member.role() == DatabaseMember.Role.REPLICA)
              .filter(member -> member.state() == DatabaseMember.State.UP)
              .map(
                  member ->
                      primary.at(member.address().getHostString(), member.address().getPort()))
              .toList());
    }

    @Override
    public String name() {
      return cluster.name();
    }

    @Override
    public Health check() {
      return cluster.check();
    }

    @Override
    public void apply(ScaledApp previous, ScaledApp next) {
      cluster.apply(previous, next);
    }

    @Override
    public void close() {
      cluster.close();
    }
  }

  /** Run by someone else, who looks after it: here it is only reached. */
  record Elsewhere(PostgresUrl primary, List<Member> routerMembers) implements LocalDatabase {

    @Override
    public dev.headroom.router.DatabaseAccess routerAccess() {
      return new dev.headroom.router.DatabaseAccess(
              primary.database(), primary.user(), primary.password())
          .with(RouterTls.servers("spec.database.primary", primary.parameters()));
    }

    @Override
    public DatabaseAccess access(InetSocketAddress address) {
      return new DatabaseAccess(
          address.getHostString(),
          address.getPort(),
          primary.database(),
          primary.user(),
          primary.password());
    }

    @Override
    public DatabaseAccess migrationAccess() {
      return access(primary.address());
    }

    @Override
    public AdvisorService.Servers advised() {
      DatabaseTarget target =
          new DatabaseTarget(
              primary.address().getHostString(),
              primary.address().getPort(),
              primary.database(),
              primary.user(),
              primary.password(),
              Map.of());
      return new AdvisorService.Servers(
          target,
          routerMembers.stream()
              .skip(1)
              .map(each -> target.at(each.address().getHostString(), each.address().getPort()))
              .toList());
    }

    @Override
    public String name() {
      return "database elsewhere";
    }

    @Override
    public Health check() {
      return Health.up();
    }

    /** Its URLs are read at the start: other ones need another start. */
    @Override
    public void apply(ScaledApp previous, ScaledApp next) {
      if (!previous.database().equals(next.database())) {
        throw UserError.usage(
            "spec.database: cannot change while it runs (expected: as before); stop and start"
                + " again");
      }
    }

    @Override
    public void close() {}
  }
}
