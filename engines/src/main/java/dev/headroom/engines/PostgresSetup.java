package dev.headroom.engines;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes data directories: of a new primary, and of standbys as copies.
 *
 * <p>Each is prepared beside its place and renamed when it is whole: one that exists is complete.
 */
public final class PostgresSetup {
  private final PostgresBinaries binaries;

  public PostgresSetup(PostgresBinaries binaries) {
    this.binaries = binaries;
  }

  /** Whether {@code settings} has data, so that a server can be started on it. */
  public static boolean isInitialized(PostgresSettings settings) {
    return Files.exists(settings.dataDirectory().resolve("PG_VERSION"));
  }

  /**
   * Creates an empty database cluster: UTF-8, the built-in C.UTF-8 locale, page checksums,
   * passwords by SCRAM, replication allowed; about a second.
   */
  public void initialize(PostgresSettings settings) {
    PostgresDataDirectory data = requireEmpty(settings);
    Path fresh = data.path();
    try {
      fresh = data.unfinished("new");
      binaries.user().give(fresh);
      binaries.user().requireAccess(fresh);
      initdb(settings, fresh);
      Files.writeString(
          fresh.resolve("postgresql.conf"),
          Files.readString(fresh.resolve("postgresql.conf"))
              + "\ninclude '"
              + PostgresConfiguration.FILE
              + "'\n");
      Files.writeString(fresh.resolve("pg_hba.conf"), hostBasedAccess(settings.host()));
      data.replaceBy(fresh);
    } catch (IOException e) {
      throw failure("create", fresh, e);
    }
  }

  private void initdb(PostgresSettings settings, Path fresh) throws IOException {
    Path password = fresh.resolveSibling(fresh.getFileName() + ".password");
    try {
      Files.deleteIfExists(password);
      Files.createFile(password, OwnerOnly.FILE);
      Files.writeString(password, settings.password() + "\n");
      binaries.user().give(password);
      // Only classes of characters come from the system's locale, which small systems may lack.
      Command.Result result = initdb(settings, fresh, password, "C.UTF-8");
      if (!result.succeeded() && result.output().contains("locale")) {
        result = initdb(settings, fresh, password, "C");
      }
      if (!result.succeeded()) {
        throw UserError.machine(
            "PostgreSQL data cannot be created in %s: %s".formatted(fresh, result.output()));
      }
    } finally {
      Files.deleteIfExists(password);
    }
  }

  private Command.Result initdb(
      PostgresSettings settings, Path fresh, Path password, String systemLocale) {
    List<String> command =
        new ArrayList<>(
            binaries.command(
                "initdb",
                "--pgdata=" + fresh,
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=" + systemLocale,
                "--username=" + settings.user(),
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--no-instructions",
                // Written into pg_control, and a copy does not start with less than what is there.
                "--set=max_connections=" + settings.maxConnections()));
    if (!settings.fsync()) {
      command.add("--no-sync");
    }
    return Command.run(command, Map.of("LC_ALL", "C"));
  }

  private static String hostBasedAccess(String host) {
    String header = "# TYPE DATABASE USER ADDRESS METHOD\n";
    String loopback =
        """
        host all all 127.0.0.1/32 scram-sha-256
        host all all ::1/128 scram-sha-256
        host replication all 127.0.0.1/32 scram-sha-256
        host replication all ::1/128 scram-sha-256
        """;
    boolean loopbackOnly = host.equals("127.0.0.1") || host.equals("::1");
    return header + loopback + (loopbackOnly ? "" : "host all all all scram-sha-256\n");
  }

  /**
   * Makes {@code standby} a copy of {@code primary}, whose server is not running: the fast way to
   * the first replicas, before the primary's first start.
   */
  public void copyStopped(PostgresSettings primary, PostgresSettings standby) {
    if (!PostgresProcesses.in(primary.dataDirectory()).isEmpty()) {
      throw new IllegalStateException(primary + " is running (expected: stopped)");
    }
    PostgresDataDirectory data = requireEmpty(standby);
    Path fresh = data.path();
    try {
      fresh = data.unfinished("clone");
      PostgresCopy.ofStopped(primary.dataDirectory(), fresh);
      finishStandby(data, fresh, standby);
    } catch (IOException e) {
      throw failure("copy " + primary.name() + " to", fresh, e);
    }
  }

  /**
   * Makes {@code standby} a copy of the running {@code primary} by the low-level backup API, on the
   * same machine; what {@code standby} had before is given up once the copy is whole. Its upstream
   * must be set: the slot named there is created first, so that the WAL since the copy's start
   * waits for the new server.
   */
  public void cloneFrom(PostgresServer primary, PostgresSettings standby) throws SQLException {
    Upstream upstream =
        standby
            .upstream()
            .orElseThrow(
                () -> new IllegalArgumentException(standby + " (expected: with an upstream)"));
    PostgresDataDirectory data =
        new PostgresDataDirectory(standby.dataDirectory(), binaries.user());
    if (!PostgresProcesses.in(standby.dataDirectory()).isEmpty()) {
      throw new IllegalStateException(standby + " is running (expected: stopped)");
    }
    primary.ensureSlot(upstream.slot());
    Path from = primary.settings().dataDirectory();
    Path fresh = data.path();
    // A backup ends with the session that started it: one connection for both ends.
    try (Connection session = primary.connect("postgres")) {
      requireNoTablespaces(from);
      fresh = data.unfinished("clone");
      startBackup(session, standby.name());
      PostgresCopy.ofRunning(from, fresh);
      Files.writeString(fresh.resolve("backup_label"), stopBackup(session));
      finishStandby(data, fresh, standby);
    } catch (IOException e) {
      throw failure("clone " + primary.settings().name() + " to", fresh, e);
    }
  }

  private static void startBackup(Connection session, String label) throws SQLException {
    try (PreparedStatement start =
        session.prepareStatement("SELECT pg_backup_start(?, fast => true)")) {
      start.setString(1, "headroom " + label);
      start.execute();
    }
  }

  private static String stopBackup(Connection session) throws SQLException {
    try (PreparedStatement stop =
            session.prepareStatement(
                "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)");
        ResultSet row = stop.executeQuery()) {
      if (!row.next()) {
        throw new SQLException("pg_backup_stop returned nothing");
      }
      return row.getString(1);
    }
  }

  /* Their links lead out of the data directory, to files that original and copy would share. */
  private static void requireNoTablespaces(Path dataDirectory) throws IOException {
    try (DirectoryStream<Path> links =
        Files.newDirectoryStream(dataDirectory.resolve("pg_tblspc"))) {
      for (Path link : links) {
        throw UserError.machine(
            "%s leads to a tablespace outside of the data directory; replicas on one machine cannot share it, move its tables to pg_default"
                .formatted(link));
      }
    }
  }

  private void finishStandby(PostgresDataDirectory data, Path fresh, PostgresSettings standby)
      throws IOException {
    PostgresDataDirectory copy = new PostgresDataDirectory(fresh, binaries.user());
    copy.markAsStandby();
    copy.writeConfiguration(standby);
    binaries.user().give(fresh);
    data.replaceBy(fresh);
  }

  private PostgresDataDirectory requireEmpty(PostgresSettings settings) {
    if (isInitialized(settings)) {
      throw new IllegalStateException(
          settings.dataDirectory() + " holds PostgreSQL data already (expected: none)");
    }
    return new PostgresDataDirectory(settings.dataDirectory(), binaries.user());
  }

  private static UserError failure(String what, Path folder, IOException e) {
    return UserError.machine(
        "Cannot %s %s: %s; check the disk's room and the folder's permissions"
            .formatted(what, folder, e),
        e);
  }
}
