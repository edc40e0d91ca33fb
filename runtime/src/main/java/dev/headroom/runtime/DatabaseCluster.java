package dev.headroom.runtime;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.engines.FreePorts;
import dev.headroom.engines.PostgresServer;
import dev.headroom.engines.PostgresSettings;
import dev.headroom.runtime.ClusterMembers.Member;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.spec.DatabaseSpec;
import dev.headroom.spec.ScaledApp;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One PostgreSQL primary and its streaming replicas, kept alive: a dead replica is restarted or
 * cloned anew, a dead primary is replaced by the replica that received most and rejoins as a
 * replica. Thread-safe.
 */
public final class DatabaseCluster implements Component, Reloadable<ScaledApp> {
  /* One thread, the keeper, changes everything; it sleeps until a process ends, a clone is done or
   * a second has passed, then looks at every member (see look). Copying data takes seconds to
   * minutes and runs on a thread of its own; until it is done the member's state is CLONING and
   * the keeper leaves it alone.
   *
   * Every member has the same synchronous_standby_names: any one of all the others. So a promoted
   * replica never acknowledges a commit that only it has, not even in its first moment. */

  private static final Logger LOG = System.getLogger(DatabaseCluster.class.getName());
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration MEASURE = Duration.ofSeconds(5);

  /** A primary whose process lives and that does not answer for so long is taken for dead. */
  private static final Duration HUNG = Duration.ofSeconds(15);

  /** A replica that has not streamed for so long has lost WAL it needs, and is cloned. */
  private static final Duration NOT_STREAMING = Duration.ofSeconds(30);

  /** So many ends within so long, and the data of a replica is not trusted any more. */
  private static final int CRASHES_UNTIL_CLONE = 3;

  private final DatabaseSettings settings;
  private final TimeSource time;
  private final DatabaseAccess access;
  private final ClusterMembers members;
  private final ClusterEvents events;
  private final MemberServers servers;
  private final Failover failover;
  private final LinkedBlockingQueue<String> wakes = new LinkedBlockingQueue<>();
  private final Thread keeper;
  private final Thread meter;

  private DatabaseCluster(
      DatabaseSettings settings,
      ChildRegistry registry,
      Consumer<List<DatabaseMember>> listener,
      TelemetryConsumer telemetry,
      TimeSource time) {
    this.settings = settings;
    this.time = time;
    Passwords passwords = new Passwords(settings.secrets());
    this.members = new ClusterMembers(allSettings(settings, passwords), time);
    this.events = new ClusterEvents(members, listener, telemetry, time);
    this.servers = new MemberServers(settings, registry, members, events, wakes::add);
    this.failover = new Failover(settings.spec().durability(), members, servers, events);
    this.access =
        new DatabaseAccess(
            "127.0.0.1",
            0,
            settings.spec().name(),
            settings.spec().user(),
            passwords.of("postgres-" + settings.spec().user()));
    // Not a virtual thread: those share the cores with whoever waits for this one.
    this.keeper = Thread.ofPlatform().name("database-keeper").daemon(true).unstarted(this::keep);
    DatabaseUsage usage = new DatabaseUsage(telemetry, time);
    this.meter =
        Thread.ofVirtual().name("database-usage").unstarted(() -> measureUntilClosed(usage));
  }

  /**
   * Starts the cluster, from nothing or from what an earlier run left, and returns once the primary
   * accepts the application's connections.
   *
   * @param listener is told of all members after every change, on the keeper's thread
   */
  public static DatabaseCluster start(
      DatabaseSettings settings,
      ChildRegistry registry,
      Consumer<List<DatabaseMember>> listener,
      TelemetryConsumer telemetry,
      TimeSource time)
      throws InterruptedException {
    DatabaseCluster cluster = new DatabaseCluster(settings, registry, listener, telemetry, time);
    try {
      cluster.begin();
    } catch (RuntimeException | InterruptedException e) {
      cluster.close();
      throw e;
    }
    cluster.keeper.start();
    cluster.meter.start();
    return cluster;
  }

  private static Map<String, PostgresSettings> allSettings(
      DatabaseSettings settings, Passwords passwords) {
    String superuserPassword = passwords.of("postgres-superuser");
    Map<String, PostgresSettings> all = new LinkedHashMap<>();
    for (int i = 0; i <= settings.spec().replicas(); i++) {
      String name = memberName(i);
      all.put(name, settingsOf(name, settings, superuserPassword));
    }
    return all;
  }

  private static String memberName(int number) {
    return "pg-" + number;
  }

  private static PostgresSettings settingsOf(
      String name, DatabaseSettings settings, String superuserPassword) {
    PostgresSettings member =
        PostgresSettings.of(
                name,
                settings.data().resolve(name),
                settings.logs().resolve(name + ".log"),
                FreePorts.ofThisJvm().next(),
                "postgres",
                superuserPassword)
            .withMaxConnections(settings.maxConnections())
            .withSharedBuffers(settings.replicaBuffers())
            .withFsync(settings.fsync());
    return settings.spec().replicas() == 0
            || settings.spec().durability() == DatabaseSpec.Durability.PREFERRED
        ? member
        : member.withExtra(
            "synchronous_standby_names", confirmedByAnyOtherThan(name, settings.spec().replicas()));
  }

  private static String confirmedByAnyOtherThan(String member, int replicas) {
    List<String> others = new ArrayList<>();
    for (int i = 0; i <= replicas; i++) {
      if (!memberName(i).equals(member)) {
        others.add("\"" + memberName(i).replace('-', '_') + "\"");
      }
    }
    return "ANY 1 (" + String.join(", ", others) + ")";
  }

  private void begin() throws InterruptedException {
    List<PostgresFolder> folders = folders();
    Optional<PostgresFolder> found = PostgresFolder.primaryOf(folders);
    boolean anything = folders.stream().anyMatch(PostgresFolder::isInitialized);
    if (found.isPresent()) {
      members.primary(found.get().member());
    } else if (!anything) {
      servers.initializeAll();
    }
    if (found.isEmpty() && anything) {
      // Only standbys: a run was killed between two primaries.
      servers.startReplicas(members.names());
      failover.failOver("no primary in " + settings.data());
      prepareApplication();
      return;
    }
    servers.startPrimary();
    Set<String> cold = new HashSet<>();
    List<String> toClone = new ArrayList<>();
    for (PostgresFolder folder : folders) {
      if (folder.member().equals(members.primary())) {
        continue;
      }
      if (folder.isInitialized() && folder.isStandby()) {
        cold.add(folder.member());
      } else {
        toClone.add(folder.member());
      }
    }
    servers.startReplicas(cold);
    toClone.forEach(servers::cloneAnew);
    prepareApplication();
    events.membersChanged();
  }

  private List<PostgresFolder> folders() {
    return members.names().stream()
        .map(name -> new PostgresFolder(name, settings.data().resolve(name)))
        .toList();
  }

  private void prepareApplication() {
    ApplicationDatabase.prepare(
        members.primaryServer().orElseThrow(), settings.spec(), access.password());
  }

  // The keeper.

  private void keep() {
    while (!events.isClosed()) {
      try {
        wakes.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        wakes.clear();
        if (!events.isClosed()) {
          look();
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "The database could not be looked after; trying again", e);
      }
    }
  }

  private void look() throws InterruptedException {
    if (primaryIsGone()) {
      failover.failOver(members.primary() + " is gone");
    }
    for (String name : members.names()) {
      Member member = members.get(name);
      boolean ended = member.server.isPresent() && !member.server.get().isAlive();
      boolean ailing = ended || member.state == DatabaseMember.State.DOWN;
      if (ailing && !name.equals(members.primary()) && !members.isBusy(name)) {
        heal(name);
      }
    }
    watchReplication();
  }

  private boolean primaryIsGone() {
    Optional<PostgresServer> server = members.primaryServer();
    return server.isEmpty()
        || !server.get().isAlive()
        || Duration.between(members.primaryAnswered(), time.now()).compareTo(HUNG) > 0;
  }

  private void heal(String name) throws InterruptedException {
    Member member = members.get(name);
    member.crashes++;
    member.server.ifPresent(PostgresServer::kill);
    members.setState(name, DatabaseMember.State.DOWN);
    events.membersChanged();
    if (member.crashes >= CRASHES_UNTIL_CLONE) {
      servers.cloneAnew(name);
      return;
    }
    events.event(true, name, "%s ended; it is restarted".formatted(name));
    try {
      servers.runReplica(name);
      events.event(false, name, name + " is back as a replica");
    } catch (UserError e) {
      LOG.log(Level.WARNING, e.getMessage());
      servers.cloneAnew(name);
    }
    events.membersChanged();
  }

  /* Who streams, asked of the primary; also the sign that the primary still answers. */
  private void watchReplication() {
    Optional<PostgresServer> server = members.primaryServer();
    if (server.isEmpty() || !server.get().isAlive()) {
      return;
    }
    Set<String> streaming;
    try {
      streaming = streamingFrom(server.get());
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "{0} does not answer: {1}", members.primary(), e.getMessage());
      return;
    }
    members.primaryAnswers();
    Instant now = time.now();
    for (String name : members.names()) {
      Member member = members.get(name);
      if (name.equals(members.primary()) || streaming.contains(name)) {
        member.streamedAt = now;
      } else if (member.state == DatabaseMember.State.UP
          && !members.isBusy(name)
          && Duration.between(member.streamedAt, now).compareTo(NOT_STREAMING) > 0) {
        events.event(true, name, name + " cannot catch up by streaming");
        servers.cloneAnew(name);
      }
    }
  }

  private static Set<String> streamingFrom(PostgresServer primary) throws SQLException {
    Set<String> streaming = new HashSet<>();
    try (Connection connection = primary.connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(3);
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'")) {
        while (rows.next()) {
          streaming.add(rows.getString(1).replace('_', '-'));
        }
      }
    }
    return streaming;
  }

  private void measureUntilClosed(DatabaseUsage usage) {
    try {
      while (!events.isClosed()) {
        Map<String, Long> pids = new LinkedHashMap<>();
        members.names().forEach(name -> members.pidOf(name).ifPresent(pid -> pids.put(name, pid)));
        measure(usage, pids);
        Thread.sleep(MEASURE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void measure(DatabaseUsage usage, Map<String, Long> pids) {
    try {
      usage.measure(pids);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The database servers could not be measured", e);
    }
  }

  // What others see.

  /** All members as they are now. */
  public List<DatabaseMember> members() {
    return members.list();
  }

  /** The application's access, straight to the present primary. */
  public DatabaseAccess primaryAccess() {
    return access.at(ClusterMembers.addressOf(members.get(members.primary()).settings));
  }

  /** The superuser's access to the present primary, for what the application may not do. */
  public DatabaseAccess superuserAccess() {
    PostgresSettings at = members.get(members.primary()).settings;
    return new DatabaseAccess(
        at.host(), at.port(), settings.spec().name(), at.user(), at.password());
  }

  /** The process of a member, while it has one. */
  public Optional<Long> pidOf(String member) {
    return members.pidOf(member);
  }

  /**
   * The number of replicas, durability and names cannot change while it runs.
   *
   * @throws UserError when they would
   */
  @Override
  public void apply(ScaledApp previous, ScaledApp next) {
    if (!previous.database().equals(next.database())) {
      throw UserError.usage(
          "spec.database: cannot change while it runs (expected: as before); stop and start again");
    }
  }

  @Override
  public String name() {
    return "database";
  }

  @Override
  public Health check() {
    List<DatabaseMember> now = members();
    String notUp =
        now.stream()
            .filter(member -> member.state() != DatabaseMember.State.UP)
            .map(member -> member.name() + " " + member.state().word())
            .collect(Collectors.joining(", "));
    boolean primaryUp =
        now.stream()
            .anyMatch(
                member ->
                    member.role() == DatabaseMember.Role.PRIMARY
                        && member.state() == DatabaseMember.State.UP);
    if (!primaryUp) {
      return Health.down("no primary; " + notUp);
    }
    return notUp.isEmpty() ? Health.up() : Health.degraded(notUp);
  }

  /** Stops the primary first, so that the replicas receive all it has written; data stays. */
  @Override
  public void close() {
    events.close();
    keeper.interrupt();
    meter.interrupt();
    List<PostgresServer> running = new ArrayList<>(members.servers());
    if (!running.isEmpty()) {
      running.removeFirst().close();
    }
    List<Thread> stops =
        running.stream().map(server -> Thread.ofVirtual().start(server::close)).toList();
    try {
      for (Thread stop : stops) {
        stop.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
