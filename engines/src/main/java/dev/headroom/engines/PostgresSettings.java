package dev.headroom.engines;

import dev.headroom.base.ByteSize;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One PostgreSQL server, primary or standby.
 *
 * @param name what an operator calls it, for example {@code replica-2}
 * @param dataDirectory its data; the folder above must exist or be creatable
 * @param logFile where its log is appended
 * @param host address to listen on
 * @param port to listen on
 * @param user the superuser
 * @param password of {@code user}
 * @param maxConnections the same on all members of a group: a standby refuses to start with less
 *     than its primary
 * @param sharedBuffers page cache inside the server
 * @param fsync false loses data when the machine (not the process) fails: for tests and demos
 * @param extra more lines of postgresql.conf by name; they win over ours
 * @param upstream whom to stream from while this is a standby; without effect on a primary
 */
public record PostgresSettings(
    String name,
    Path dataDirectory,
    Path logFile,
    String host,
    int port,
    String user,
    String password,
    int maxConnections,
    ByteSize sharedBuffers,
    boolean fsync,
    Map<String, String> extra,
    Optional<Upstream> upstream) {

  public PostgresSettings {
    dataDirectory = dataDirectory.toAbsolutePath().normalize();
    logFile = logFile.toAbsolutePath().normalize();
    extra = Map.copyOf(extra);
    if (maxConnections < 1) {
      throw new IllegalArgumentException("maxConnections: " + maxConnections + " (expected: >= 1)");
    }
  }

  /** A durable server on 127.0.0.1 with 100 connections and 128 MiB of shared buffers. */
  public static PostgresSettings of(
      String name, Path dataDirectory, Path logFile, int port, String user, String password) {
    return new PostgresSettings(
        name,
        dataDirectory,
        logFile,
        "127.0.0.1",
        port,
        user,
        password,
        100,
        ByteSize.mebibytes(128),
        true,
        Map.of(),
        Optional.empty());
  }

  /** Another member of the same group: everything alike but who and where it is. */
  public PostgresSettings member(String name, Path dataDirectory, Path logFile, int port) {
    return new PostgresSettings(
        name,
        dataDirectory,
        logFile,
        host,
        port,
        user,
        password,
        maxConnections,
        sharedBuffers,
        fsync,
        extra,
        upstream);
  }

  public PostgresSettings withMaxConnections(int value) {
    return with(value, sharedBuffers, fsync, extra, upstream);
  }

  public PostgresSettings withSharedBuffers(ByteSize value) {
    return with(maxConnections, value, fsync, extra, upstream);
  }

  public PostgresSettings withFsync(boolean value) {
    return with(maxConnections, sharedBuffers, value, extra, upstream);
  }

  public PostgresSettings withExtra(Map<String, String> value) {
    return with(maxConnections, sharedBuffers, fsync, value, upstream);
  }

  /** {@link #extra} with one more line. */
  public PostgresSettings withExtra(String parameter, String value) {
    Map<String, String> more = new LinkedHashMap<>(extra);
    more.put(parameter, value);
    return withExtra(more);
  }

  public PostgresSettings withUpstream(Upstream value) {
    return with(maxConnections, sharedBuffers, fsync, extra, Optional.of(value));
  }

  public PostgresSettings withoutUpstream() {
    return with(maxConnections, sharedBuffers, fsync, extra, Optional.empty());
  }

  /**
   * How a standby reaches this server; slot and application name are the standby's name, with
   * {@code _} for what a slot's name may not contain.
   */
  public Upstream asUpstreamOf(String standby) {
    String slot = standby.replaceAll("[^a-z0-9_]", "_");
    return new Upstream(host, port, user, password, slot, slot);
  }

  public String jdbcUrl(String database) {
    return "jdbc:postgresql://%s:%d/%s".formatted(host, port, database);
  }

  private PostgresSettings with(
      int maxConnections,
      ByteSize sharedBuffers,
      boolean fsync,
      Map<String, String> extra,
      Optional<Upstream> upstream) {
    return new PostgresSettings(
        name,
        dataDirectory,
        logFile,
        host,
        port,
        user,
        password,
        maxConnections,
        sharedBuffers,
        fsync,
        extra,
        upstream);
  }

  @Override
  public String toString() {
    return "postgres %s on %s:%d in %s".formatted(name, host, port, dataDirectory);
  }
}
