package dev.headroom.runtime;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.engines.FreePorts;
import dev.headroom.engines.PostgresBinaries;
import dev.headroom.engines.PostgresServer;
import dev.headroom.engines.PostgresSettings;
import dev.headroom.engines.PostgresSetup;
import dev.headroom.engines.Upstream;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.DatabaseSpec;
import dev.headroom.spec.ScaledApp;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Path;
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

  /** A primary whose process lives and that does not answer for so long is taken for dead. */
  private static final Duration HUNG = Duration.ofSeconds(15);

  /** A replica that has not streamed for so long has lost WAL it needs, and is cloned. */
  private static final Duration NOT_STREAMING = Duration.ofSeconds(30);

  /** So many ends within so long, and the data of a replica is not trusted any more. */
  private static final int CRASHES_UNTIL_CLONE = 3;

  private static final Duration READ_BOUND = Duration.ofSeconds(20);

  private final DatabaseSettings settings;
  private final PostgresBinaries binaries;
  private final PostgresSetup setup;
  private final ChildRegistry registry;
  private final Consumer<List<DatabaseMember>> listener;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final DatabaseAccess access;
  private final LinkedBlockingQueue<String> wakes = new LinkedBlockingQueue<>();
  private final Thread keeper;

  /** Guarded by itself; the keeper and the cloning threads change it. */
  private final Map<String, Member> members = new LinkedHashMap<>();

  private volatile String primary;
  private volatile boolean closed;
  private volatile Instant primaryAnswered;

  private static final class Member {
    PostgresSettings settings;
    Optional<PostgresServer> server = Optional.empty();
    DatabaseMember.State state = DatabaseMember.State.STARTING;
    int crashes;

    /** A clone is under way: the keeper leaves it alone. */
    boolean busy;

    Instant streamedAt;

    Member(PostgresSettings settings, Instant now) {
      this.settings = settings;
      this.streamedAt = now;
    }
  }

  private DatabaseCluster(
      DatabaseSettings settings,
      ChildRegistry registry,
      Consumer<List<DatabaseMember>> listener,
      TelemetryConsumer telemetry,
      TimeSource time) {
    this.settings = settings;
    this.registry = registry;
    this.listener = listener;
    this.telemetry = telemetry;
    this.time = time;
    this.binaries = PostgresBinaries.unpack();
    this.setup = new PostgresSetup(binaries);
    this.primaryAnswered = time.now();
    this.primary = memberName(0);
    Passwords passwords = new Passwords(settings.secrets());
    String superuserPassword = passwords.of("postgres-superuser");
    for (int i = 0; i <= settings.spec().replicas(); i++) {
      String name = memberName(i);
      members.put(name, new Member(settingsOf(name, superuserPassword), time.now()));
    }
    this.access =
        new DatabaseAccess(
            "127.0.0.1",
            0,
            settings.spec().name(),
            settings.spec().user(),
            passwords.of("postgres-" + settings.spec().user()));
    // Not a virtual thread: those share the cores with whoever waits for this one.
    this.keeper = Thread.ofPlatform().name("database-keeper").daemon(true).unstarted(this::keep);
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
    return cluster;
  }

  private static String memberName(int number) {
    return "pg-" + number;
  }

  private PostgresSettings settingsOf(String name, String superuserPassword) {
    Path data = settings.data().resolve(name);
    Path log = settings.logs().resolve(name + ".log");
    PostgresSettings member =
        PostgresSettings.of(
                name, data, log, FreePorts.ofThisJvm().next(), "postgres", superuserPassword)
            .withMaxConnections(settings.maxConnections())
            .withSharedBuffers(settings.replicaBuffers())
            .withFsync(settings.fsync());
    return settings.spec().replicas() == 0
            || settings.spec().durability() == DatabaseSpec.Durability.PREFERRED
        ? member
        : member.withExtra("synchronous_standby_names", confirmedByAnyOtherThan(name));
  }

  private String confirmedByAnyOtherThan(String member) {
    List<String> others = new ArrayList<>();
    for (int i = 0; i <= settings.spec().replicas(); i++) {
      if (!memberName(i).equals(member)) {
        others.add("\"" + memberName(i).replace('-', '_') + "\"");
      }
    }
    return "ANY 1 (" + String.join(", ", others) + ")";
  }

  // The start.

  private void begin() throws InterruptedException {
    List<PostgresFolder> folders =
        members.keySet().stream()
            .map(name -> new PostgresFolder(name, settings.data().resolve(name)))
            .toList();
    Optional<PostgresFolder> found = PostgresFolder.primaryOf(folders);
    boolean anything = folders.stream().anyMatch(PostgresFolder::isInitialized);
    if (found.isPresent()) {
      primary = found.get().member();
    } else if (!anything) {
      setup.initialize(member(primary).settings);
      folders = copyToAll();
    }
    if (found.isEmpty() && anything) {
      // Only standbys: a run was killed between two primaries.
      startReplicas(members.keySet());
      failOver("no primary in " + settings.data());
      prepareApplication();
      return;
    }
    startPrimary();
    Set<String> cold = new HashSet<>();
    List<String> toClone = new ArrayList<>();
    for (PostgresFolder folder : folders) {
      if (folder.member().equals(primary)) {
        continue;
      }
      if (folder.isInitialized() && folder.isStandby()) {
        cold.add(folder.member());
      } else {
        toClone.add(folder.member());
      }
    }
    startReplicas(cold);
    toClone.forEach(this::cloneAnew);
    prepareApplication();
    tell();
  }

  private List<PostgresFolder> copyToAll() {
    PostgresSettings from = member(primary).settings;
    List<PostgresFolder> folders = new ArrayList<>();
    for (String name : members.keySet()) {
      if (!name.equals(primary)) {
        Member member = member(name);
        member.settings = member.settings.withUpstream(from.asUpstreamOf(name));
        setup.copyStopped(from, member.settings);
      }
      folders.add(new PostgresFolder(name, settings.data().resolve(name)));
    }
    return folders;
  }

  private void startPrimary() throws InterruptedException {
    Member member = member(primary);
    member.settings =
        member.settings.withoutUpstream().withSharedBuffers(settings.primaryBuffers());
    run(primary);
    primaryAnswered = time.now();
    ensureSlots();
  }

  private void ensureSlots() {
    PostgresServer server = member(primary).server.orElseThrow();
    for (String name : members.keySet()) {
      if (!name.equals(primary)) {
        Upstream upstream = server.settings().asUpstreamOf(name);
        try {
          server.ensureSlot(upstream.slot());
        } catch (SQLException e) {
          LOG.log(Level.WARNING, "No replication slot for {0}: {1}", name, e.getMessage());
        }
      }
    }
  }

  private void startReplicas(Set<String> names) throws InterruptedException {
    List<Thread> starts = new ArrayList<>();
    for (String name : names) {
      starts.add(
          Thread.ofVirtual()
              .name("start-" + name)
              .start(
                  () -> {
                    try {
                      runReplica(name);
                    } catch (UserError e) {
                      LOG.log(Level.WARNING, e.getMessage());
                      setState(name, DatabaseMember.State.DOWN);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    for (Thread start : starts) {
      start.join();
    }
  }

  private void runReplica(String name) throws InterruptedException {
    Member member = member(name);
    member.settings =
        member
            .settings
            .withSharedBuffers(settings.replicaBuffers())
            .withUpstream(member(primary).settings.asUpstreamOf(name));
    run(name);
  }

  private void run(String name) throws InterruptedException {
    Member member = member(name);
    setState(name, DatabaseMember.State.STARTING);
    PostgresServer server = PostgresServer.start(binaries, member.settings, registry);
    synchronized (members) {
      member.server = Optional.of(server);
      member.state = DatabaseMember.State.UP;
      member.streamedAt = time.now();
    }
    var _ = server.onExit().thenRun(() -> wakes.add(name));
  }

  /* Role, database and extensions of the application; each only if it is not there. */
  private void prepareApplication() {
    PostgresServer server = member(primary).server.orElseThrow();
    DatabaseSpec spec = settings.spec();
    try (Connection connection = server.connect("postgres")) {
      if (!exists(
          connection, "SELECT FROM pg_roles WHERE rolname = '" + literal(spec.user()) + "'")) {
        execute(
            connection,
            "CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE pg_monitor"
                .formatted(identifier(spec.user()), literal(access.password())));
      }
      if (!exists(
          connection, "SELECT FROM pg_database WHERE datname = '" + literal(spec.name()) + "'")) {
        execute(
            connection,
            "CREATE DATABASE %s OWNER %s"
                .formatted(identifier(spec.name()), identifier(spec.user())));
      }
    } catch (SQLException e) {
      throw UserError.machine("The database cannot be prepared: " + e.getMessage(), e);
    }
    try (Connection connection = server.connect(spec.name())) {
      execute(connection, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    } catch (SQLException e) {
      throw UserError.machine("The database cannot be prepared: " + e.getMessage(), e);
    }
  }

  private static boolean exists(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next();
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String literal(String text) {
    return text.replace("'", "''");
  }

  private static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  // The keeper.

  private void keep() {
    while (!closed) {
      try {
        wakes.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        wakes.clear();
        if (!closed) {
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
      failOver(primary + " is gone");
    }
    for (String name : members.keySet()) {
      Member member = member(name);
      boolean ended = member.server.isPresent() && !member.server.get().isAlive();
      boolean ailing = ended || member.state == DatabaseMember.State.DOWN;
      if (ailing && !name.equals(primary) && !isBusy(name)) {
        heal(name);
      }
    }
    watchReplication();
  }

  private boolean primaryIsGone() {
    Optional<PostgresServer> server = member(primary).server;
    return server.isEmpty()
        || !server.get().isAlive()
        || Duration.between(primaryAnswered, time.now()).compareTo(HUNG) > 0;
  }

  private void heal(String name) throws InterruptedException {
    Member member = member(name);
    member.crashes++;
    member.server.ifPresent(PostgresServer::kill);
    setState(name, DatabaseMember.State.DOWN);
    tell();
    if (member.crashes >= CRASHES_UNTIL_CLONE) {
      cloneAnew(name);
      return;
    }
    event(true, name, "%s ended; it is restarted".formatted(name));
    try {
      runReplica(name);
      event(false, name, name + " is back as a replica");
    } catch (UserError e) {
      LOG.log(Level.WARNING, e.getMessage());
      cloneAnew(name);
    }
    tell();
  }

  /* Copies the primary's data on a thread of its own; the keeper hears of the end by a wake. */
  private void cloneAnew(String name) {
    synchronized (members) {
      Member member = member(name);
      member.busy = true;
      member.state = DatabaseMember.State.CLONING;
    }
    tell();
    event(false, name, name + " is cloned anew from " + primary);
    Thread.ofVirtual()
        .name("clone-" + name)
        .start(
            () -> {
              try {
                Member member = member(name);
                member.server.ifPresent(PostgresServer::kill);
                PostgresServer from = member(primary).server.orElseThrow();
                member.settings =
                    member
                        .settings
                        .withSharedBuffers(settings.replicaBuffers())
                        .withUpstream(from.settings().asUpstreamOf(name));
                setup.cloneFrom(from, member.settings);
                runReplica(name);
                member.crashes = 0;
                event(false, name, name + " is a replica with new data");
              } catch (SQLException | RuntimeException e) {
                setState(name, DatabaseMember.State.DOWN);
                if (!closed) {
                  LOG.log(Level.WARNING, name + " cannot be cloned; trying again", e);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              synchronized (members) {
                member(name).busy = false;
              }
              tell();
              wakes.add(name);
            });
  }

  /* Who streams, asked of the primary; also the sign that the primary still answers. */
  private void watchReplication() {
    Optional<PostgresServer> server = member(primary).server;
    if (server.isEmpty() || !server.get().isAlive()) {
      return;
    }
    Set<String> streaming = new HashSet<>();
    try (Connection connection = server.get().connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(3);
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'")) {
        while (rows.next()) {
          streaming.add(rows.getString(1).replace('_', '-'));
        }
      }
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "{0} does not answer: {1}", primary, e.getMessage());
      return;
    }
    Instant now = time.now();
    primaryAnswered = now;
    for (String name : members.keySet()) {
      Member member = member(name);
      if (name.equals(primary) || streaming.contains(name)) {
        member.streamedAt = now;
      } else if (member.state == DatabaseMember.State.UP
          && !isBusy(name)
          && Duration.between(member.streamedAt, now).compareTo(NOT_STREAMING) > 0) {
        event(true, name, name + " cannot catch up by streaming");
        cloneAnew(name);
      }
    }
  }

  // Failover.

  private void failOver(String why) throws InterruptedException {
    String lost = primary;
    event(true, lost, why + "; looking for the replica that received most");
    // Nothing of the old primary may still write when another one begins.
    member(lost).server.ifPresent(PostgresServer::kill);
    setState(lost, DatabaseMember.State.DOWN);
    tell();
    Map<String, Optional<WalPosition>> received = new LinkedHashMap<>();
    for (String name : members.keySet()) {
      if (!name.equals(lost)) {
        // One that is being copied has given up data that may hold a confirmed commit.
        received.put(name, isBusy(name) ? Optional.empty() : received(name));
      }
    }
    boolean mayLose = settings.spec().durability() == DatabaseSpec.Durability.PREFERRED;
    switch (FailoverDecision.of(received, mayLose)) {
      case FailoverDecision.Promote(String member, WalPosition position) ->
          promote(lost, member, position);
      case FailoverDecision.RestartPrimary(List<String> unread) -> {
        event(
            true,
            lost,
            unread.isEmpty()
                ? lost + " is restarted in place: there is no replica"
                : lost + " is restarted in place: unread replicas " + unread);
        try {
          startPrimary();
          event(false, lost, lost + " is the primary again");
        } catch (UserError e) {
          // The next look tries everything again: perhaps a replica can be read by then.
          LOG.log(Level.ERROR, e.getMessage());
        }
      }
    }
    tell();
  }

  private void promote(String lost, String chosen, WalPosition position)
      throws InterruptedException {
    PostgresServer server = member(chosen).server.orElseThrow();
    server.promote();
    primary = chosen;
    primaryAnswered = time.now();
    tell();
    event(false, chosen, "%s is the primary now, from %s".formatted(chosen, position));
    ensureSlots();
    for (String name : members.keySet()) {
      Member member = member(name);
      if (!name.equals(chosen) && !name.equals(lost) && member.server.isPresent()) {
        Upstream upstream = server.settings().asUpstreamOf(name);
        member.settings = member.settings.withUpstream(upstream);
        member.server.get().follow(upstream);
      }
    }
    if (member(lost).state != DatabaseMember.State.UP) {
      cloneAnew(lost);
    }
  }

  /* One that does not answer is restarted and read then; empty when that fails too. */
  private Optional<WalPosition> received(String name) throws InterruptedException {
    Optional<WalPosition> read = readReceived(name);
    if (read.isPresent()) {
      return read;
    }
    try {
      member(name).server.ifPresent(PostgresServer::kill);
      runReplica(name);
    } catch (UserError e) {
      LOG.log(Level.WARNING, e.getMessage());
      return Optional.empty();
    }
    return readReceived(name);
  }

  private Optional<WalPosition> readReceived(String name) {
    Optional<PostgresServer> server = member(name).server;
    if (server.isEmpty() || !server.get().isAlive()) {
      return Optional.empty();
    }
    try (Connection connection = server.get().connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout((int) READ_BOUND.toSeconds());
      // Received is unknown until the receiver has run once; by then all that is on disk has been
      // replayed, or is about to be by the promotion.
      try (ResultSet row =
          statement.executeQuery(
              "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())")) {
        row.next();
        return Optional.ofNullable(row.getString(1)).map(WalPosition::parse);
      }
    } catch (SQLException e) {
      LOG.log(Level.WARNING, "{0} cannot be read: {1}", name, e.getMessage());
      return Optional.empty();
    }
  }

  // What others see.

  private Member member(String name) {
    Member member = members.get(name);
    if (member == null) {
      throw new IllegalArgumentException(
          "member: " + name + " (expected: one of " + members.keySet() + ")");
    }
    return member;
  }

  private boolean isBusy(String name) {
    synchronized (members) {
      return member(name).busy;
    }
  }

  private void setState(String name, DatabaseMember.State state) {
    synchronized (members) {
      member(name).state = state;
    }
  }

  private void tell() {
    if (!closed) {
      listener.accept(members());
    }
  }

  private void event(boolean bad, String member, String what) {
    LOG.log(bad ? Level.WARNING : Level.INFO, what);
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                bad ? LogRecord.WARN : LogRecord.INFO,
                Vocabulary.EVENT_FAILOVER,
                what,
                Attributes.of(Vocabulary.MEMBER, member))));
  }

  /** All members as they are now. */
  public List<DatabaseMember> members() {
    synchronized (members) {
      String now = primary;
      return members.entrySet().stream()
          .map(
              entry ->
                  new DatabaseMember(
                      entry.getKey(),
                      addressOf(entry.getValue().settings),
                      entry.getKey().equals(now)
                          ? DatabaseMember.Role.PRIMARY
                          : DatabaseMember.Role.REPLICA,
                      entry.getValue().state))
          .toList();
    }
  }

  private static InetSocketAddress addressOf(PostgresSettings settings) {
    return new InetSocketAddress(settings.host(), settings.port());
  }

  /** The application's access, straight to the present primary. */
  public DatabaseAccess primaryAccess() {
    return access.at(addressOf(member(primary).settings));
  }

  /** The superuser's access to the present primary, for what the application may not do. */
  public DatabaseAccess superuserAccess() {
    PostgresSettings at = member(primary).settings;
    return new DatabaseAccess(
        at.host(), at.port(), settings.spec().name(), at.user(), at.password());
  }

  /** The process of a member, while it has one. */
  public Optional<Long> pidOf(String member) {
    synchronized (members) {
      return member(member).server.filter(PostgresServer::isAlive).map(PostgresServer::pid);
    }
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
    closed = true;
    keeper.interrupt();
    List<PostgresServer> servers = new ArrayList<>();
    synchronized (members) {
      member(primary).server.ifPresent(servers::add);
      members.values().stream()
          .flatMap(member -> member.server.stream())
          .filter(server -> !servers.contains(server))
          .forEach(servers::add);
    }
    if (!servers.isEmpty()) {
      servers.removeFirst().close();
    }
    List<Thread> stops =
        servers.stream().map(server -> Thread.ofVirtual().start(server::close)).toList();
    try {
      for (Thread stop : stops) {
        stop.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
