package dev.headroom.engines;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.UserError;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;

/**
 * A running PostgreSQL server, started as a child process. It is a standby when its data was copied
 * from a primary ({@link PostgresSetup}), until {@link #promote}.
 *
 * <p>An instance stands for one run of the server; after it ended, {@link #start} makes the next.
 */
public final class PostgresServer implements Component {
  private static final Logger LOG = System.getLogger(PostgresServer.class.getName());
  private static final Duration STOP_BOUND = Duration.ofSeconds(30);
  private static final Duration IMMEDIATE_BOUND = Duration.ofSeconds(5);
  private static final Duration START_BOUND = Duration.ofSeconds(60);
  private static final int TAIL_LINES = 15;

  /** How a server is told to stop. */
  public enum Stop {
    /** Rolls back, disconnects clients, writes everything; no recovery at the next start. */
    FAST(Signal.INT),
    /** Ends at once as after a crash; the next start recovers from the WAL. */
    IMMEDIATE(Signal.QUIT);

    private final Signal signal;

    Stop(Signal signal) {
      this.signal = signal;
    }
  }

  private final PostgresBinaries binaries;
  private final ChildProcess process;
  private final PostgresDataDirectory data;
  // Replaced as a whole by reconfigure; what was given at the start but for reloadable lines.
  private volatile PostgresSettings settings;

  private PostgresServer(
      PostgresBinaries binaries, PostgresSettings settings, ChildProcess process) {
    this.binaries = binaries;
    this.settings = settings;
    this.process = process;
    this.data = new PostgresDataDirectory(settings.dataDirectory(), binaries.user());
  }

  /** Starts a server on initialized data and returns once it accepts connections. */
  public static PostgresServer start(
      PostgresBinaries binaries, PostgresSettings settings, ChildRegistry registry)
      throws InterruptedException {
    return start(binaries, settings, registry, START_BOUND);
  }

  /**
   * Starts a server on initialized data.
   *
   * @param bound for recovery after a crash, which takes as long as there is WAL to replay
   */
  public static PostgresServer start(
      PostgresBinaries binaries, PostgresSettings settings, ChildRegistry registry, Duration bound)
      throws InterruptedException {
    PostgresDataDirectory data =
        new PostgresDataDirectory(settings.dataDirectory(), binaries.user());
    if (!data.isInitialized()) {
      throw new IllegalStateException(
          settings.dataDirectory() + " holds no PostgreSQL data (expected: PostgresSetup ran)");
    }
    data.clearLeftovers();
    FreePorts.requireFree(settings.port(), "PostgreSQL " + settings.name());
    data.writeConfiguration(settings);
    ProcessSpec spec =
        ProcessSpec.of(
                "postgres " + settings.name(),
                binaries.command("postgres", "-D", settings.dataDirectory().toString()),
                settings.dataDirectory(),
                settings.logFile())
            .withoutInheritedEnvironment()
            .withStopSignal(Signal.INT)
            .withPorts(List.of(settings.port()))
            .withDataDirectory(settings.dataDirectory());
    PostgresServer server =
        new PostgresServer(binaries, settings, ChildProcess.start(spec, registry));
    try {
      server.awaitReady(bound);
    } catch (RuntimeException | InterruptedException e) {
      server.stop(Stop.IMMEDIATE);
      throw e;
    }
    return server;
  }

  private void awaitReady(Duration bound) throws InterruptedException {
    boolean done = Waiting.until(bound, () -> !process.isAlive() || data.isReady(process.pid()));
    if (done && process.isAlive()) {
      return;
    }
    String what = done ? "ended at its start" : "was not ready within " + bound.toSeconds() + " s";
    throw UserError.machine(
        "PostgreSQL %s %s; the end of %s:\n%s"
            .formatted(
                settings.name(),
                what,
                settings.logFile(),
                String.join("\n", process.tail(TAIL_LINES))));
  }

  @Override
  public String name() {
    return process.name();
  }

  @Override
  public Health check() {
    return process.isAlive() ? Health.up() : Health.down(name() + " is not running");
  }

  public PostgresSettings settings() {
    return settings;
  }

  public long pid() {
    return process.pid();
  }

  public Instant startedAt() {
    return process.startedAt();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Whether its data says that it follows another server; false after a promotion. */
  public boolean isStandby() {
    return data.isStandby();
  }

  /** Completes with the exit status when the postmaster ends, for whatever reason. */
  public CompletableFuture<Integer> onExit() {
    return process.onExit();
  }

  /** The last lines of its log since this start. */
  public List<String> tail(int lines) {
    return process.tail(lines);
  }

  public String jdbcUrl(String database) {
    return settings.jdbcUrl(database);
  }

  /** A connection as the superuser. */
  public Connection connect(String database) throws SQLException {
    Properties login = new Properties();
    login.setProperty("user", settings.user());
    login.setProperty("password", settings.password());
    login.setProperty("connectTimeout", "5");
    login.setProperty("ApplicationName", "headroom");
    return DriverManager.getConnection(jdbcUrl(database), login);
  }

  /** Creates the physical replication slot {@code name} unless it exists; it keeps WAL from now. */
  public void ensureSlot(String name) throws SQLException {
    try (Connection connection = connect("postgres");
        PreparedStatement create =
            connection.prepareStatement(
                "SELECT pg_create_physical_replication_slot(?, true) WHERE NOT EXISTS"
                    + " (SELECT FROM pg_replication_slots WHERE slot_name = ?)")) {
      create.setString(1, name);
      create.setString(2, name);
      create.execute();
    }
  }

  /** Drops the replication slot {@code name} if it exists and nobody streams from it. */
  public void dropSlot(String name) throws SQLException {
    try (Connection connection = connect("postgres");
        PreparedStatement drop =
            connection.prepareStatement(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                    + " WHERE slot_name = ? AND NOT active")) {
      drop.setString(1, name);
      drop.execute();
    }
  }

  /**
   * Takes new settings into the running server: {@code extra} and {@code upstream}, as far as
   * PostgreSQL can change them without a restart.
   */
  public void reconfigure(PostgresSettings changed) {
    if (changed.port() != settings.port()
        || !changed.dataDirectory().equals(settings.dataDirectory())) {
      throw new IllegalArgumentException(changed + " (expected: " + settings + ")");
    }
    data.writeConfiguration(changed);
    settings = changed;
    process.signal(Signal.HUP);
  }

  /** Makes a standby stream from another primary, from now on. */
  public void follow(Upstream upstream) {
    reconfigure(settings.withUpstream(upstream));
  }

  /** Makes a standby the primary; returns once it accepts writes. */
  public void promote() {
    Command.Result result =
        Command.run(
            binaries.command(
                "pg_ctl",
                "promote",
                "-D",
                settings.dataDirectory().toString(),
                "-w",
                "-t",
                Long.toString(START_BOUND.toSeconds())));
    if (!result.succeeded()) {
      throw UserError.machine(
          "PostgreSQL %s cannot be promoted: %s; the end of its log:\n%s"
              .formatted(
                  settings.name(), result.output(), String.join("\n", process.tail(TAIL_LINES))));
    }
  }

  /** Ends every process of this server and returns when none is left. */
  public void stop(Stop how) {
    process.stop(how.signal, how == Stop.FAST ? STOP_BOUND : IMMEDIATE_BOUND);
    endOrphans();
  }

  /** Kills the postmaster as {@code kill -9} does, then whatever of it still runs. */
  public void kill() {
    process.kill();
    endOrphans();
  }

  /* Children of a killed postmaster notice its death late when they are busy. */
  private void endOrphans() {
    try {
      if (!PostgresProcesses.killAll(settings.dataDirectory(), IMMEDIATE_BOUND)) {
        LOG.log(
            Level.ERROR,
            "{0}: processes still work in {1}: {2}",
            name(),
            settings.dataDirectory(),
            PostgresProcesses.in(settings.dataDirectory()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A {@link Stop#FAST} stop; its data stays. */
  @Override
  public void close() {
    stop(Stop.FAST);
  }

  @Override
  public String toString() {
    return settings + " (pid " + pid() + ")";
  }
}
