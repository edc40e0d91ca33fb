package dev.headroom.router.cluster;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.PgConnection;
import dev.headroom.router.DatabaseAccess;
import dev.headroom.router.Member;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Reads the catalogs at the start, when DDL was seen, and every so often. */
final class CatalogLoader implements AutoCloseable {
  private static final Logger LOG = System.getLogger(CatalogLoader.class.getName());
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration REFRESH = Duration.ofSeconds(30);
  /* A name that stays unknown must not have the catalogs read for each statement. */
  private static final Duration UNKNOWN_EVERY = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final String CONNECTIONS =
      "SELECT current_setting('max_connections')::int"
          + " - current_setting('superuser_reserved_connections')::int";

  private final Supplier<Optional<Member>> primary;
  private final DatabaseAccess access;
  private final TimeSource time;
  private final Wakeup wakeup = new Wakeup();
  private final AtomicLong changes = new AtomicLong();
  private final Thread thread;
  private volatile Catalog current = Catalog.NONE;
  private volatile long readAt;
  private volatile int connections;
  private volatile boolean closed;

  CatalogLoader(Supplier<Optional<Member>> primary, DatabaseAccess access, TimeSource time) {
    this.time = time;
    this.readAt = time.nanoTime();
    this.primary = primary;
    this.access = access;
    this.thread = Thread.ofVirtual().name("router catalogs").start(this::run);
  }

  /** Connections that ordinary users may have in all; 0 when it is not known. */
  int connections() {
    return connections;
  }

  Catalog current() {
    return current;
  }

  void schemaChanged() {
    synchronized (changes) {
      changes.incrementAndGet();
      current = current.outdated();
    }
    wakeup.call();
  }

  void unknownName() {
    if (time.nanoTime() - readAt > UNKNOWN_EVERY.toNanos()) {
      wakeup.call();
    }
  }

  void primaryChanged() {
    wakeup.call();
  }

  private void run() {
    try {
      while (!closed) {
        Optional<Member> member = primary.get();
        if (member.isPresent()) {
          try {
            follow(member.get());
          } catch (IOException | RuntimeException e) {
            LOG.log(
                Level.WARNING,
                "catalogs of {0} cannot be read, reads stay on the primary: {1}",
                member.get().name(),
                e.getMessage());
          }
        }
        wakeup.await(RETRY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(Member member) throws IOException, InterruptedException {
    try (PgConnection connection =
        PgConnection.connect(
            member.address(),
            access.servers(),
            access.database(),
            access.monitorUser(),
            access.monitorPassword(),
            "headroom router catalogs",
            TIMEOUT)) {
      connection.query("SET search_path = pg_catalog");
      connections =
          connection.query(CONNECTIONS).getFirst().getFirst().map(Integer::parseInt).orElse(0);
      List<List<Optional<String>>> builtins = connection.query(CatalogReader.BUILTINS);
      while (!closed && primary.get().equals(Optional.of(member))) {
        long before = changes.get();
        Catalog read = CatalogReader.read(connection, builtins);
        synchronized (changes) {
          // DDL that was seen while reading may be in it or not.
          current = changes.get() == before ? read : read.outdated();
        }
        readAt = time.nanoTime();
        if (changes.get() == before) {
          wakeup.await(REFRESH);
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
