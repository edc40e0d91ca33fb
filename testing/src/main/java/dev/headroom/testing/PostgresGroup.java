package dev.headroom.testing;

import dev.headroom.base.ByteSize;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.engines.FreePorts;
import dev.headroom.engines.PostgresBinaries;
import dev.headroom.engines.PostgresServer;
import dev.headroom.engines.PostgresSettings;
import dev.headroom.engines.PostgresSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A primary with its streaming replicas in a temporary folder; closing leaves nothing behind. */
final class PostgresGroup implements AutoCloseable {
  private static final String USER = "postgres";
  private static final String PASSWORD = "secret";

  private final Path folder;
  private final List<PostgresServer> servers = new ArrayList<>();
  // A test run that is ended by a signal closes no extension.
  private final Thread endOfJvm = new Thread(this::stopAll, "stop PostgreSQL");

  private PostgresGroup(Path folder) {
    this.folder = folder;
  }

  static PostgresGroup start(int replicas, Map<String, String> parameters) {
    PostgresGroup group;
    try {
      group = new PostgresGroup(Files.createTempDirectory("headroom-postgres-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(group.endOfJvm);
    try {
      group.startServers(replicas, parameters);
      return group;
    } catch (SQLException e) {
      group.close();
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      group.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (RuntimeException e) {
      group.close();
      throw e;
    }
  }

  private void startServers(int replicas, Map<String, String> parameters)
      throws SQLException, InterruptedException {
    PostgresBinaries binaries = PostgresBinaries.unpack();
    PostgresSetup setup = new PostgresSetup(binaries);
    PostgresSettings primary =
        PostgresSettings.of(
                "primary",
                folder.resolve("primary"),
                folder.resolve("primary.log"),
                FreePorts.ofThisJvm().next(),
                USER,
                PASSWORD)
            .withFsync(false)
            .withSharedBuffers(ByteSize.mebibytes(32))
            .withExtra(parameters);
    setup.initialize(primary);
    List<PostgresSettings> standbys = new ArrayList<>();
    for (int i = 1; i <= replicas; i++) {
      String name = "replica-" + i;
      PostgresSettings standby =
          primary
              .member(
                  name,
                  folder.resolve(name),
                  folder.resolve(name + ".log"),
                  FreePorts.ofThisJvm().next())
              .withUpstream(primary.asUpstreamOf(name));
      setup.copyStopped(primary, standby);
      standbys.add(standby);
    }
    PostgresServer started = PostgresServer.start(binaries, primary, ChildRegistry.NONE);
    add(started);
    for (PostgresSettings standby : standbys) {
      started.ensureSlot(standby.upstream().orElseThrow().slot());
      add(PostgresServer.start(binaries, standby, ChildRegistry.NONE));
    }
  }

  private synchronized void add(PostgresServer server) {
    servers.add(server);
  }

  synchronized PostgresServer primary() {
    return servers.getFirst();
  }

  synchronized List<PostgresServer> replicas() {
    return List.copyOf(servers.subList(1, servers.size()));
  }

  private synchronized void stopAll() {
    // The data is thrown away.
    servers.forEach(server -> server.stop(PostgresServer.Stop.IMMEDIATE));
    servers.clear();
    Folders.delete(folder);
  }

  @Override
  public void close() {
    stopAll();
    try {
      Runtime.getRuntime().removeShutdownHook(endOfJvm);
    } catch (IllegalStateException e) {
      // The JVM is going down, and the hook finds nothing left to do.
      return;
    }
  }
}
