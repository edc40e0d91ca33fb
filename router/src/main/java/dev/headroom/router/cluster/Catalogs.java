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

/** The catalogs of one database: read at the start, when DDL was seen, and every so often. */
public final class Catalogs implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Catalogs.class.getName());
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
  private final String database;
  private final TimeSource time;
  private final Wakeup wakeup = new Wakeup();
  private final AtomicLong changes = new AtomicLong();
  private final Thread thread;
  /* Of the last attempt; the thread's own. */
  private String trouble = "";
  private volatile Catalog current = Catalog.NONE;
  private volatile long readAt;
  private volatile int connections;
  private volatile boolean closed;

  Catalogs(
      Supplier<Optional<Member>> primary, DatabaseAccess access, String database, TimeSource time) {
    this.database = database;
    this.time = time;
    this.readAt = time.nanoTime();
    this.primary = primary;
    this.access = access;
    this.thread = Thread.ofVirtual().name("router catalogs " + database).start(this::run);
  }

  /** Connections that ordinary users may have in all; 0 when it is not known. */
  int connections() {
    return connections;
  }

  /** As they were read last. */
  public Catalog current() {
    return current;
  }

  /** They have changed: nothing is a read until they have been read again. */
  public void schemaChanged() {
    synchronized (changes) {
      changes.incrementAndGet();
      current = current.outdated();
    }
    wakeup.call();
  }

  /** A name was not in them: perhaps somebody else made it just now. */
  public void unknownName() {
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
            tell(member.get(), String.valueOf(e.getMessage()));
          }
        }
        wakeup.await(RETRY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /* Each trouble once, not each attempt. */
  private void tell(Member member, String now) {
    if (!closed && !now.equals(trouble)) {
      trouble = now;
      LOG.log(
          Level.WARNING,
          "catalogs of {0} on {1} cannot be read, reads stay on the primary: {2}",
          database,
          member.name(),
          now);
    }
  }

  private void follow(Member member) throws IOException, InterruptedException {
    try (PgConnection connection =
        PgConnection.connect(
            member.address(),
            access.servers(),
            database,
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
        trouble = "";
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
