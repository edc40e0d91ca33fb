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
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

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
  private static final int FORMAT = 2;
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
        + " attributes INTEGER[], rest VARCHAR, events VARCHAR, resource INTEGER, scope VARCHAR)",
    // What the numbers in spans.attributes stand for.
    "CREATE TABLE IF NOT EXISTS pairs (id INTEGER, key VARCHAR, value VARCHAR)",
    "CREATE TABLE IF NOT EXISTS logs (time BIGINT, severity TINYINT, event VARCHAR, body VARCHAR,"
        + " trace_id UUID, span_id BIGINT, attributes VARCHAR, resource INTEGER)",
  };

  private final Path folder;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final DuckDBConnection writer;
  private final BlockingQueue<Connection> readers = new ArrayBlockingQueue<>(READERS);
  private final PairDictionary pairs = new PairDictionary();
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
    // A checkpoint would write and compress rows that are sealed, and deleted, soon after.
    settings.setProperty("checkpoint_threshold", "512MB");
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
      sql.execute(SCHEMA[0]);
      int format = format(sql);
      if (format > FORMAT) {
        throw UserError.machine(
            folder
                + ": format "
                + format
                + " (expected: at most "
                + FORMAT
                + "); a newer version made it, use that one or another --state");
      }
      if (format == 1) {
        forgetSpans(sql);
      }
      for (String statement : SCHEMA) {
        sql.execute(statement);
      }
      sql.execute("DELETE FROM meta");
      sql.execute("INSERT INTO meta VALUES (" + FORMAT + ")");
      loadPairs(sql);
      List<Segment> found = new ArrayList<>();
      try (ResultSet rows =
          sql.executeQuery(
              "SELECT id, kind, file, from_time, to_time, row_count, bytes FROM segments"
                  + " ORDER BY id")) {
        while (rows.next()) {
          Path file = folder.resolve("segments").resolve(rows.getString(3));
          found.add(
              new Segment(
                  rows.getInt(1),
                  Table.valueOf(rows.getString(2)),
                  file,
                  rows.getLong(4),
                  rows.getLong(5),
                  rows.getLong(6),
                  rows.getLong(7),
                  traces(file)));
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

  /* 0 for a new folder. */
  private static int format(Statement sql) throws SQLException {
    try (ResultSet meta = sql.executeQuery("SELECT format FROM meta")) {
      return meta.next() ? meta.getInt(1) : 0;
    }
  }

  /* Until format 2 the attributes of spans were text; what else was measured stays. */
  private void forgetSpans(Statement sql) throws SQLException {
    LOG.log(
        Level.WARNING,
        "telemetry store: {0} is of format 1: its spans are removed, the figures are kept",
        folder);
    sql.execute("DROP TABLE IF EXISTS spans");
    sql.execute("DELETE FROM segments WHERE kind = 'SPANS'");
  }

  private void loadPairs(Statement sql) throws SQLException {
    try (ResultSet rows = sql.executeQuery("SELECT key, value FROM pairs ORDER BY id")) {
      while (rows.next()) {
        pairs.load(
            new PairDictionary.Pair(
                rows.getString(1), AttributesJson.readValue(rows.getString(2))));
      }
    }
  }

  private static @Nullable TraceFilter traces(Path file) throws IOException {
    Path filter = Segment.traces(file);
    return Files.isReadable(filter) && Files.size(filter) >= Long.BYTES
        ? TraceFilter.of(Files.readAllBytes(filter))
        : null;
  }

  /** What the numbers in the attributes of hot spans stand for. */
  PairDictionary pairs() {
    return pairs;
  }

  private void removeUnnamed(List<Segment> found) throws IOException {
    List<Path> named = found.stream().flatMap(s -> s.files().stream()).toList();
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
    /** The hot and the sealed rows that may lie between the two times, one after the other. */
    List<Source> sources(Table table, long from, long to);

    /** A FROM item of them all. */
    default String rows(Table table, long from, long to) {
      List<Source> sources = sources(table, from, to);
      return sources.size() == 1
          ? table.sql()
          : "(SELECT * FROM "
              + table.sql()
              + " UNION ALL SELECT * FROM read_parquet(["
              + sources.stream()
                  .flatMap(s -> s.segment().stream())
                  .map(DuckDatabase::quoted)
                  .collect(Collectors.joining(","))
              + "]))";
    }
  }

  /**
   * The hot rows of a table, or those of a segment.
   *
   * @param rows a FROM item
   */
  record Source(String rows, Optional<Segment> segment) {
    /** The table of what the numbers in the attributes of spans stand for. */
    String pairs() {
      return segment
          .map(s -> "read_parquet('" + escaped(Segment.pairs(s.file())) + "')")
          .orElse("pairs");
    }
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
              try (Statement sql = connection.createStatement()) {
                readAll(sql, segment.file());
                if (segment.table() == Table.SPANS) {
                  readAll(sql, Segment.pairs(segment.file()));
                }
                return true;
              }
            });
      } catch (SQLException e) {
        setAside(segment, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        found = true;
      }
    }
    return found;
  }

  private static void readAll(Statement sql, Path file) throws SQLException {
    try (ResultSet row =
        sql.executeQuery("SELECT bit_xor(hash(s)) FROM read_parquet('" + escaped(file) + "') s")) {
      row.next();
    }
  }

  /* The table still names it; as its file is elsewhere, the next start passes it over. */
  private void setAside(Segment segment, String reason) {
    lock.writeLock().lock();
    try {
      Path corrupt = folder.resolve("corrupt");
      Files.createDirectories(corrupt);
      Path moved = corrupt.resolve(segment.file().getFileName());
      if (segments.contains(segment)) {
        for (Path file : segment.files()) {
          if (Files.exists(file)) {
            Files.move(
                file, corrupt.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
          }
        }
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
    return "'" + escaped(segment.file()) + "'";
  }

  private static String escaped(Path file) {
    return file.toString().replace("'", "''");
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
      return question.ask(connection, this::sources);
    } finally {
      lock.readLock().unlock();
      readers.add(connection);
    }
  }

  /* The newest first: what is hot, then the segments from the last to the first. */
  private List<Source> sources(Table table, long from, long to) {
    List<Source> sources = new ArrayList<>();
    sources.add(new Source(table.sql(), Optional.empty()));
    for (Segment segment : segments.reversed()) {
      if (segment.table() == table && segment.to() >= from && segment.from() < to) {
        sources.add(new Source("read_parquet(" + quoted(segment) + ")", Optional.of(segment)));
      }
    }
    return sources;
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
    List<Path> unfinished = new ArrayList<>();
    try (Statement sql = writer.createStatement()) {
      unfinished.add(copy(sql, table.sql(), file));
      @Nullable TraceFilter traces = null;
      if (table == Table.SPANS) {
        unfinished.add(copy(sql, "pairs", Segment.pairs(file)));
        traces = hotTraces(sql);
        Path written = unfinished(Segment.traces(file));
        unfinished.add(written);
        Files.write(written, traces.toBytes());
      }
      for (Path written : unfinished) {
        force(written);
        String finished = written.getFileName().toString();
        Files.move(
            written,
            written.resolveSibling(finished.substring(0, finished.length() - UNFINISHED.length())),
            StandardCopyOption.ATOMIC_MOVE);
      }
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
              if (table == Table.SPANS) {
                sql.execute("DELETE FROM pairs");
              }
            });
        if (table == Table.SPANS) {
          pairs.clear();
        }
        List<Segment> more = new ArrayList<>(segments);
        more.add(new Segment(id, table, file, hot.from(), hot.to(), hot.rows(), bytes, traces));
        segments = List.copyOf(more);
        sql.execute("CHECKPOINT");
      } finally {
        lock.writeLock().unlock();
      }
    } catch (SQLException | IOException e) {
      for (Path written : unfinished) {
        Files.deleteIfExists(written);
      }
      for (Path written : List.of(file, Segment.pairs(file), Segment.traces(file))) {
        Files.deleteIfExists(written);
      }
      throw e;
    }
  }

  private static final String UNFINISHED = ".unfinished";

  private static Path unfinished(Path file) {
    return file.resolveSibling(file.getFileName() + UNFINISHED);
  }

  private static Path copy(Statement sql, String table, Path file) throws SQLException {
    Path unfinished = unfinished(file);
    sql.execute(
        "COPY "
            + table
            + " TO '"
            + escaped(unfinished)
            + "' (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, ROW_GROUP_SIZE 250000)");
    return unfinished;
  }

  private static TraceFilter hotTraces(Statement sql) throws SQLException {
    TraceFilter filter;
    try (ResultSet row = sql.executeQuery("SELECT approx_count_distinct(trace_id) FROM spans")) {
      row.next();
      filter = TraceFilter.forTraces(row.getLong(1));
    }
    try (ResultSet rows = sql.executeQuery("SELECT DISTINCT trace_id FROM spans")) {
      while (rows.next()) {
        UUID id = (UUID) rows.getObject(1);
        filter.add(id.getMostSignificantBits(), id.getLeastSignificantBits());
      }
    }
    return filter;
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
      for (Path file : segment.files()) {
        Files.deleteIfExists(file);
      }
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
