package dev.headroom.apm;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;

/**
 * The folder of a store: a DuckDB file for what is hot, Parquet files for what is sealed. One
 * thread writes; any may read.
 *
 * <p>A segment exists when the table {@code segments} names it. It is written under another name,
 * forced to the disk, renamed, and then, in one transaction, named and its rows deleted from the
 * hot table: a crash between leaves a file that nobody names, which the next start removes. Readers
 * hold the read lock so that rows are never seen in both places or in none.
 */
final class DuckDatabase implements AutoCloseable {
  private static final Logger LOG = System.getLogger(DuckDatabase.class.getName());
  private static final int FORMAT = 1;
  private static final int READERS = 2;

  private static final String[] SCHEMA = {
    "CREATE TABLE IF NOT EXISTS meta (format INTEGER)",
    "CREATE TABLE IF NOT EXISTS segments (id INTEGER, kind VARCHAR, file VARCHAR, from_time BIGINT,"
        + " to_time BIGINT, row_count BIGINT, bytes BIGINT)",
    "CREATE TABLE IF NOT EXISTS series (id INTEGER, kind VARCHAR, metric VARCHAR, unit VARCHAR,"
        + " attributes VARCHAR)",
    "CREATE TABLE IF NOT EXISTS resources (id INTEGER, attributes VARCHAR)",
    "CREATE TABLE IF NOT EXISTS query_texts (fingerprint VARCHAR PRIMARY KEY, text VARCHAR)",
    "CREATE TABLE IF NOT EXISTS error_groups (id VARCHAR PRIMARY KEY, service VARCHAR,"
        + " type VARCHAR, message VARCHAR, location VARCHAR, stack VARCHAR, first_seen BIGINT,"
        + " last_seen BIGINT, samples VARCHAR)",
    "CREATE TABLE IF NOT EXISTS cells (series INTEGER, time BIGINT, value DOUBLE, sketch BLOB)",
    "CREATE TABLE IF NOT EXISTS spans (trace_id UUID, span_id BIGINT, parent_id BIGINT,"
        + " name VARCHAR, kind TINYINT, start BIGINT, duration BIGINT, status TINYINT,"
        + " status_message VARCHAR, service VARCHAR, route VARCHAR, entry BOOLEAN,"
        + " attributes VARCHAR, events VARCHAR, resource INTEGER, scope VARCHAR)",
    "CREATE TABLE IF NOT EXISTS logs (time BIGINT, severity TINYINT, event VARCHAR, body VARCHAR,"
        + " trace_id UUID, span_id BIGINT, attributes VARCHAR, resource INTEGER)",
  };

  private final Path folder;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final DuckDBConnection writer;
  private final BlockingQueue<Connection> readers = new ArrayBlockingQueue<>(READERS);
  // Guarded by the lock.
  private List<Segment> segments = List.of();
  private int nextSegment;
  private final List<Segment> lost = new CopyOnWriteArrayList<>();

  private DuckDatabase(Path folder, DuckDBConnection writer) {
    this.folder = folder;
    this.writer = writer;
  }

  static DuckDatabase open(Path folder) {
    try {
      Files.createDirectories(folder.resolve("segments"));
    } catch (IOException e) {
      throw UserError.machine(
          folder
              + ": cannot be written ("
              + reason(e)
              + "); give a folder that this user may write with --state",
          e);
    }
    DuckDBConnection writer = connect(folder);
    DuckDatabase database = new DuckDatabase(folder, writer);
    try {
      database.prepare();
      return database;
    } catch (SQLException | IOException e) {
      database.close();
      throw UserError.machine(folder + ": cannot be opened (" + e.getMessage() + ")", e);
    } catch (UserError e) {
      database.close();
      throw e;
    }
  }

  private static String reason(IOException e) {
    return e instanceof FileSystemException f && f.getReason() != null
        ? f.getReason()
        : e.toString();
  }

  private static DuckDBConnection connect(Path folder) {
    Properties settings = new Properties();
    settings.setProperty("memory_limit", "150MB");
    settings.setProperty("threads", "1");
    settings.setProperty("temp_directory", folder.resolve("spill").toString());
    settings.setProperty("checkpoint_threshold", "32MB");
    // Nothing is fetched from the network at run time.
    settings.setProperty("autoinstall_known_extensions", "false");
    settings.setProperty("autoload_known_extensions", "false");
    try {
      return DriverManager.getConnection(
              "jdbc:duckdb:" + folder.resolve("telemetry.duckdb"), settings)
          .unwrap(DuckDBConnection.class);
    } catch (SQLException e) {
      String message = String.valueOf(e.getMessage());
      throw UserError.machine(
          message.contains("lock")
              ? folder + ": is in use by another process; stop that one, or choose another --state"
              : folder + ": cannot be opened (" + message + ")",
          e);
    }
  }

  private void prepare() throws SQLException, IOException {
    try (Statement sql = writer.createStatement()) {
      for (String statement : SCHEMA) {
        sql.execute(statement);
      }
      try (ResultSet meta = sql.executeQuery("SELECT format FROM meta")) {
        if (meta.next() && meta.getInt(1) > FORMAT) {
          throw UserError.machine(
              folder
                  + ": format "
                  + meta.getInt(1)
                  + " (expected: at most "
                  + FORMAT
                  + "); a newer version made it, use that one or another --state");
        }
      }
      sql.execute("INSERT INTO meta SELECT " + FORMAT + " WHERE NOT EXISTS (FROM meta)");
      List<Segment> found = new ArrayList<>();
      try (ResultSet rows =
          sql.executeQuery(
              "SELECT id, kind, file, from_time, to_time, row_count, bytes FROM segments"
                  + " ORDER BY id")) {
        while (rows.next()) {
          found.add(
              new Segment(
                  rows.getInt(1),
                  Table.valueOf(rows.getString(2)),
                  folder.resolve("segments").resolve(rows.getString(3)),
                  rows.getLong(4),
                  rows.getLong(5),
                  rows.getLong(6),
                  rows.getLong(7)));
          nextSegment = rows.getInt(1) + 1;
        }
      }
      // A file that is gone, by hand or by a broken disk, must not hide the others.
      segments = found.stream().filter(s -> Files.isReadable(s.file())).toList();
      for (Segment segment : segments) {
        if (Files.size(segment.file()) != segment.bytes()) {
          setAside(segment, "its size is not the one it was written with");
        }
      }
      removeUnnamed(found);
    }
    for (int i = 0; i < READERS; i++) {
      readers.add(writer.duplicate());
    }
  }

  private void removeUnnamed(List<Segment> found) throws IOException {
    List<Path> named = found.stream().map(Segment::file).toList();
    try (Stream<Path> files = Files.list(folder.resolve("segments"))) {
      for (Path file : files.toList()) {
        if (!named.contains(file)) {
          Files.delete(file);
        }
      }
    }
  }

  /** The connection of the one thread that writes. */
  DuckDBConnection writer() {
    return writer;
  }

  /** Statements and appenders of the writing thread that belong together. */
  @FunctionalInterface
  interface Change {
    void make() throws SQLException;
  }

  /**
   * All of a change or nothing. Of the writing thread.
   *
   * <p>The transaction is begun by a statement: with {@code setAutoCommit(false)} alone an appender
   * of duckdb_jdbc 2.0.0.1 that comes before any statement commits by itself.
   */
  void transact(Change change) throws SQLException {
    try (Statement sql = writer.createStatement()) {
      sql.execute("BEGIN TRANSACTION");
      try {
        change.make();
        sql.execute("COMMIT");
      } catch (SQLException | RuntimeException e) {
        rollback(sql, e);
        throw e;
      }
    }
  }

  private static void rollback(Statement sql, Exception reason) {
    try {
      sql.execute("ROLLBACK");
    } catch (SQLException e) {
      // A commit that failed has rolled back already.
      reason.addSuppressed(e);
    }
  }

  List<Segment> segments() {
    lock.readLock().lock();
    try {
      return segments;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** A question to the database. */
  @FunctionalInterface
  interface Question<T> {
    T ask(Connection connection, Tables tables) throws SQLException;
  }

  /** Where a table's rows of a time are. */
  @FunctionalInterface
  interface Tables {
    /** A FROM item with the hot and the sealed rows that may lie between the two times. */
    String rows(Table table, long from, long to);
  }

  /**
   * Asks while nothing is sealed or deleted. A segment that cannot be read any more is set aside,
   * and the question is asked of the others.
   */
  <T> T read(Question<T> question) {
    try {
      return ask(question);
    } catch (SQLException e) {
      if (!setUnreadableAside()) {
        throw failure(e);
      }
    }
    try {
      return ask(question);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private static IllegalStateException failure(SQLException e) {
    return new IllegalStateException("telemetry store: " + e.getMessage(), e);
  }

  /* Reads every value of every segment: slow, and only after a question has failed. */
  private boolean setUnreadableAside() {
    boolean found = false;
    for (Segment segment : segments()) {
      try {
        ask(
            (connection, tables) -> {
              try (Statement sql = connection.createStatement();
                  ResultSet row =
                      sql.executeQuery(
                          "SELECT bit_xor(hash(s)) FROM read_parquet(" + quoted(segment) + ") s")) {
                return row.next();
              }
            });
      } catch (SQLException e) {
        setAside(segment, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        found = true;
      }
    }
    return found;
  }

  /* The table still names it; as its file is elsewhere, the next start passes it over. */
  private void setAside(Segment segment, String reason) {
    lock.writeLock().lock();
    try {
      Path corrupt = folder.resolve("corrupt");
      Files.createDirectories(corrupt);
      Path moved = corrupt.resolve(segment.file().getFileName());
      if (segments.contains(segment)) {
        Files.move(segment.file(), moved, StandardCopyOption.REPLACE_EXISTING);
      }
      LOG.log(
          Level.WARNING,
          "telemetry store: {0} cannot be read ({1}); it is set aside as {2}, the rest is served",
          segment.file().getFileName(),
          reason,
          moved);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "telemetry store: " + segment.file() + " cannot be set aside", e);
    } finally {
      if (segments.contains(segment)) {
        lost.add(segment);
      }
      segments = segments.stream().filter(s -> s.id() != segment.id()).toList();
      lock.writeLock().unlock();
    }
  }

  /** Segments that could not be read, since the start. */
  List<Segment> lost() {
    return List.copyOf(lost);
  }

  private static String quoted(Segment segment) {
    return "'" + segment.file().toString().replace("'", "''") + "'";
  }

  private <T> T ask(Question<T> question) throws SQLException {
    Connection connection;
    try {
      connection = readers.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the database", e);
    }
    lock.readLock().lock();
    try {
      return question.ask(connection, this::rows);
    } finally {
      lock.readLock().unlock();
      readers.add(connection);
    }
  }

  private String rows(Table table, long from, long to) {
    String files =
        segments.stream()
            .filter(s -> s.table() == table && s.to() >= from && s.from() < to)
            .map(DuckDatabase::quoted)
            .collect(Collectors.joining(","));
    return files.isEmpty()
        ? table.sql()
        : "(SELECT * FROM "
            + table.sql()
            + " UNION ALL SELECT * FROM read_parquet(["
            + files
            + "]))";
  }

  /** Rows of the hot table, and the time of its first. Of the writing thread. */
  Hot hot(Table table) throws SQLException {
    try (Statement sql = writer.createStatement();
        ResultSet row =
            sql.executeQuery(
                "SELECT count(*), coalesce(min("
                    + table.timeColumn()
                    + "), 0), coalesce(max("
                    + table.timeColumn()
                    + "), 0) FROM "
                    + table.sql())) {
      row.next();
      return new Hot(row.getLong(1), row.getLong(2), row.getLong(3));
    }
  }

  record Hot(long rows, long from, long to) {}

  /** Moves the rows of the hot table into a segment. Of the writing thread, between commits. */
  void seal(Table table) throws SQLException, IOException {
    Hot hot = hot(table);
    if (hot.rows() == 0) {
      return;
    }
    int id = nextSegment++;
    String name = "%s-%08d.parquet".formatted(table.sql(), id);
    Path file = folder.resolve("segments").resolve(name);
    Path unfinished = folder.resolve("segments").resolve(name + ".unfinished");
    try (Statement sql = writer.createStatement()) {
      sql.execute(
          "COPY "
              + table.sql()
              + " TO '"
              + unfinished.toString().replace("'", "''")
              + "' (FORMAT parquet, COMPRESSION zstd)");
      force(unfinished);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      force(folder.resolve("segments"));
      long bytes = Files.size(file);
      lock.writeLock().lock();
      try {
        transact(
            () -> {
              sql.execute(
                  "INSERT INTO segments VALUES (%d, '%s', '%s', %d, %d, %d, %d)"
                      .formatted(id, table.name(), name, hot.from(), hot.to(), hot.rows(), bytes));
              sql.execute("DELETE FROM " + table.sql());
            });
        List<Segment> more = new ArrayList<>(segments);
        more.add(new Segment(id, table, file, hot.from(), hot.to(), hot.rows(), bytes));
        segments = List.copyOf(more);
        sql.execute("CHECKPOINT");
      } finally {
        lock.writeLock().unlock();
      }
    } catch (SQLException | IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes a segment and its file. Of the writing thread, between commits. */
  void delete(Segment segment) throws SQLException, IOException {
    lock.writeLock().lock();
    try (Statement sql = writer.createStatement()) {
      sql.execute("DELETE FROM segments WHERE id = " + segment.id());
      segments = segments.stream().filter(s -> s.id() != segment.id()).toList();
      Files.deleteIfExists(segment.file());
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Of all files in the folder. */
  long bytesOnDisk() {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(DuckDatabase::size).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      // Gone since it was listed.
      return 0;
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      for (Connection reader : readers) {
        reader.close();
      }
      writer.close();
    } catch (SQLException e) {
      System.getLogger(DuckDatabase.class.getName())
          .log(System.Logger.Level.WARNING, folder + " did not close cleanly", e);
    } finally {
      lock.writeLock().unlock();
    }
  }
}
