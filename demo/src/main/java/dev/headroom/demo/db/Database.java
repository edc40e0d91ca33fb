package dev.headroom.demo.db;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connection pool. Each session names its user to the database side by {@code SET
 * headroom.key}, so that whoever routes the statements can let a user read his own writes from any
 * replica of this service; on PostgreSQL itself the setting is a harmless custom one.
 */
public final class Database implements AutoCloseable {
  private static final int CONNECT_SECONDS = 2;
  private static final int ANSWER_SECONDS = 20;
  private static final long FRESH_NANOS = 1_000_000_000L;

  private final HikariDataSource pool;
  private final Tracer tracer;
  private final StatementListener listener;
  private final AtomicInteger waiting = new AtomicInteger();
  // Written by all sessions; whoever is late does no harm.
  private volatile long lastAnswer = System.nanoTime() - Long.MAX_VALUE / 2;
  // By physical connection: the key that its last session set, and when.
  private final Map<Connection, Named> names = Collections.synchronizedMap(new WeakHashMap<>());

  private record Named(String key, long nanos) {}

  public Database(String url, int size, String name, Tracer tracer, StatementListener listener) {
    // A session's first statement is its validation, and a dead connection is replaced then.
    System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "60000");
    // Set directly, not through a HikariConfig: that would be copied by reflection.
    HikariDataSource source = new HikariDataSource();
    source.setPoolName(name);
    source.setJdbcUrl(url);
    source.setDriverClassName("org.postgresql.Driver");
    source.setMaximumPoolSize(size);
    source.setMinimumIdle(1);
    source.setIdleTimeout(120_000);
    source.setMaxLifetime(900_000);
    source.setConnectionTimeout(4_000);
    source.setValidationTimeout(1_000);
    source.setInitializationFailTimeout(-1);
    Properties driver = new Properties();
    driver.setProperty("ApplicationName", name);
    // Parameters in unnamed statements: nothing to keep in step with a pooler's server connections.
    driver.setProperty("prepareThreshold", "0");
    driver.setProperty("preparedStatementCacheQueries", "128");
    // The server is new enough to take the start-up settings in the start-up message.
    driver.setProperty("assumeMinServerVersion", "14");
    driver.setProperty("connectTimeout", String.valueOf(CONNECT_SECONDS));
    driver.setProperty("socketTimeout", String.valueOf(ANSWER_SECONDS));
    driver.setProperty("tcpKeepAlive", "true");
    source.setDataSourceProperties(driver);
    this.pool = source;
    this.tracer = tracer;
    this.listener = listener;
  }

  /** A session for one request; it takes a connection at its first statement. */
  public Session session(String key, Context trace) {
    return new Session(this, key, trace, tracer, listener);
  }

  /** Nanoseconds since the database last answered anybody here. */
  public long sinceLastAnswer() {
    return System.nanoTime() - lastAnswer;
  }

  void answered() {
    lastAnswer = System.nanoTime();
  }

  public int active() {
    HikariPoolMXBean running = pool.getHikariPoolMXBean();
    return running == null ? 0 : running.getActiveConnections();
  }

  public int idle() {
    HikariPoolMXBean running = pool.getHikariPoolMXBean();
    return running == null ? 0 : running.getIdleConnections();
  }

  public int waiting() {
    return waiting.get();
  }

  public int size() {
    return pool.getMaximumPoolSize();
  }

  /** A connection whose key is set; dead ones found on the way are thrown out. */
  Connection checkOut(String key) throws SQLException {
    for (int attempt = 0; ; attempt++) {
      waiting.incrementAndGet();
      Connection connection;
      try {
        connection = pool.getConnection();
      } finally {
        waiting.decrementAndGet();
      }
      try {
        name(connection, key);
        return connection;
      } catch (SQLException e) {
        pool.evictConnection(connection);
        if (attempt >= pool.getMaximumPoolSize()) {
          throw e;
        }
      }
    }
  }

  private void name(Connection connection, String key) throws SQLException {
    Connection physical = connection.unwrap(Connection.class);
    Named last = names.get(physical);
    long now = System.nanoTime();
    // Said again after a pause even when it is the same: this is also the check that it is alive.
    if (last != null && last.key.equals(key) && now - last.nanos < FRESH_NANOS) {
      return;
    }
    try (Statement set = connection.createStatement()) {
      set.execute("SET headroom.key = '" + key.replace("'", "''") + "'");
    }
    names.put(physical, new Named(key, now));
  }

  void discard(Connection connection) {
    pool.evictConnection(connection);
  }

  @Override
  public void close() {
    pool.close();
  }
}
