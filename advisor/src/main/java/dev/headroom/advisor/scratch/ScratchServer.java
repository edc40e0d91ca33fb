package dev.headroom.advisor.scratch;

import dev.headroom.base.ByteSize;
import dev.headroom.base.UserError;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.engines.FreePorts;
import dev.headroom.engines.Niceness;
import dev.headroom.engines.PostgresBinaries;
import dev.headroom.engines.PostgresServer;
import dev.headroom.engines.PostgresSettings;
import dev.headroom.engines.PostgresSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL in a temporary folder; closing leaves nothing behind. */
final class ScratchServer implements AutoCloseable {
  private static final int PASSWORD_BYTES = 16;

  private final Path folder;
  private final PostgresServer server;
  private final Thread endOfJvm = new Thread(this::discard, "scratch copy");

  private ScratchServer(Path folder, PostgresServer server) {
    this.folder = folder;
    this.server = server;
  }

  static ScratchServer start(ChildRegistry registry) throws InterruptedException {
    Path folder;
    try {
      folder = Files.createTempDirectory("headroom-scratch-");
    } catch (IOException e) {
      throw UserError.machine("No folder for a scratch copy: " + e.getMessage(), e);
    }
    boolean started = false;
    try {
      byte[] password = new byte[PASSWORD_BYTES];
      new SecureRandom().nextBytes(password);
      PostgresBinaries binaries = PostgresBinaries.unpack();
      PostgresSettings settings =
          PostgresSettings.of(
                  "scratch",
                  folder.resolve("data"),
                  folder.resolve("postgres.log"),
                  FreePorts.ofThisJvm().next(),
                  "headroom",
                  HexFormat.of().formatHex(password))
              .withFsync(false)
              .withMaxConnections(10)
              .withSharedBuffers(ByteSize.mebibytes(128))
              .withExtra("synchronous_commit", "off")
              .withExtra("wal_level", "minimal")
              .withExtra("max_wal_senders", "0")
              .withExtra("autovacuum", "off")
              .withExtra("maintenance_work_mem", "128MB")
              .withExtra("max_wal_size", "4GB");
      new PostgresSetup(binaries).initialize(settings);
      ScratchServer scratch =
          new ScratchServer(folder, PostgresServer.start(binaries, settings, registry));
      Niceness.background(scratch.server.pid());
      Runtime.getRuntime().addShutdownHook(scratch.endOfJvm);
      started = true;
      return scratch;
    } finally {
      if (!started) {
        delete(folder);
      }
    }
  }

  Connection connect() throws SQLException {
    return server.connect("postgres");
  }

  private void discard() {
    server.stop(PostgresServer.Stop.IMMEDIATE);
    delete(folder);
  }

  @Override
  public void close() {
    discard();
    try {
      Runtime.getRuntime().removeShutdownHook(endOfJvm);
    } catch (IllegalStateException e) {
      // The JVM is going down, and the hook finds nothing left to do.
      return;
    }
  }

  private static void delete(Path folder) {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Path each : all) {
      try {
        Files.deleteIfExists(each);
      } catch (IOException e) {
        // A process that is just ending may still write there: once more at the end.
        each.toFile().deleteOnExit();
      }
    }
  }
}
