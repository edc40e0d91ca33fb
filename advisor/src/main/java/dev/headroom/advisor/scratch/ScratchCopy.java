package dev.headroom.advisor.scratch;

import dev.headroom.engines.ChildRegistry;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Relations of the user's database in a PostgreSQL of our own: the same columns, indexes,
 * statistics targets and planner settings, and all rows or a sample of them. Used by one thread.
 */
public final class ScratchCopy implements AutoCloseable {
  private static final int PIPE_BYTES = 1 << 20;

  private final ScratchServer server;
  private final Connection session;
  private final List<String> notes = new ArrayList<>();
  private final Map<String, Double> sampled = new LinkedHashMap<>();

  private ScratchCopy(ScratchServer server, Connection session) {
    this.server = server;
    this.session = session;
  }

  /**
   * Makes a copy.
   *
   * @param source only read
   * @param relations as statements name them; what cannot be copied is told by {@link #notes}
   * @param maxRows of one relation; of a larger one a sample is copied
   */
  public static ScratchCopy of(
      Connection source, Collection<String> relations, long maxRows, ChildRegistry registry)
      throws SQLException, InterruptedException {
    ScratchServer server = ScratchServer.start(registry);
    boolean made = false;
    try {
      ScratchCopy copy = new ScratchCopy(server, server.connect());
      copy.fill(source, relations, maxRows);
      made = true;
      return copy;
    } finally {
      if (!made) {
        server.close();
      }
    }
  }

  /** What could not be copied, or only in part: a sentence each. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Relations of which a sample was copied, with the share of their rows. */
  public Map<String, Double> sampled() {
    return Map.copyOf(sampled);
  }

  /** The one session, as a superuser, with the planner settings of the source. */
  public Connection session() {
    return session;
  }

  private void fill(Connection source, Collection<String> relations, long maxRows)
      throws SQLException, InterruptedException {
    Catalog catalog = new Catalog(source);
    for (String extension : catalog.extensions()) {
      attempt("CREATE EXTENSION IF NOT EXISTS " + extension + " CASCADE", "extension " + extension);
    }
    Map<Long, Catalog.Relation> tables = new LinkedHashMap<>();
    List<Catalog.Relation> views = new ArrayList<>();
    for (String relation : relations) {
      collect(catalog, relation, tables, views);
    }
    for (Catalog.Relation table : tables.values()) {
      copy(source, catalog, table, maxRows);
    }
    for (Catalog.Relation view : views) {
      attempt(
          "CREATE VIEW " + view.name() + " AS " + catalog.viewText(view), "view " + view.name());
    }
    for (String setting : catalog.settings()) {
      attempt(setting, setting);
    }
    execute("VACUUM ANALYZE");
    execute("SET statement_timeout = '30s'");
    execute("SET plan_cache_mode = force_custom_plan");
    sampled.forEach(
        (table, share) ->
            notes.add(
                String.format(
                    Locale.ROOT,
                    "Only a sample of %s was copied, %.1f %% of its rows: times there are smaller"
                        + " than in your database, and joins find fewer partners.",
                    table,
                    share * 100)));
  }

  /* Views come after what they read. */
  private static void collect(
      Catalog catalog,
      String reference,
      Map<Long, Catalog.Relation> tables,
      List<Catalog.Relation> views)
      throws SQLException {
    Optional<Catalog.Relation> found = catalog.find(reference);
    if (found.isEmpty()) {
      return;
    }
    Catalog.Relation relation = found.get();
    if (!relation.isView()) {
      tables.putIfAbsent(relation.oid(), relation);
      return;
    }
    if (views.contains(relation)) {
      return;
    }
    for (String below : catalog.under(relation)) {
      collect(catalog, below, tables, views);
    }
    views.add(relation);
  }

  private void copy(Connection source, Catalog catalog, Catalog.Relation table, long maxRows)
      throws SQLException, InterruptedException {
    for (String schema : catalog.schemas(table)) {
      attempt("CREATE SCHEMA IF NOT EXISTS " + schema, "schema " + schema);
    }
    for (String type : catalog.types(table)) {
      if (!type.isEmpty()) {
        attemptQuietly(type);
      }
    }
    if (!attempt(catalog.create(table), table.name())) {
      return;
    }
    for (String refinement : catalog.refinements(table)) {
      attemptQuietly(refinement);
    }
    double share = table.rows() > maxRows ? maxRows / table.rows() : 1;
    String sample =
        share < 1
            ? String.format(Locale.ROOT, " TABLESAMPLE SYSTEM (%.4f) REPEATABLE (1)", share * 100)
            : "";
    String columns = catalog.columns(table);
    try {
      transfer(
          source,
          "COPY (SELECT %s FROM %s%s) TO STDOUT".formatted(columns, table.name(), sample),
          "COPY %s (%s) FROM STDIN".formatted(table.name(), columns));
    } catch (SQLException e) {
      notes.add("%s could not be copied: %s.".formatted(table.name(), oneLine(e)));
      return;
    }
    if (share < 1) {
      sampled.put(table.name(), share);
    }
    if (table.kind().equals("p")) {
      notes.add("%s is partitioned; the scratch copy is one table.".formatted(table.name()));
    }
    for (String index : catalog.indexes(table)) {
      attempt(index, "an index of " + table.name());
    }
  }

  /* A thread reads there while this one writes here; the pipe bounds what is in memory. */
  private void transfer(Connection source, String out, String in)
      throws SQLException, InterruptedException {
    PGConnection from = source.unwrap(PGConnection.class);
    PGConnection to = session.unwrap(PGConnection.class);
    AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
    try (PipedInputStream pipe = new PipedInputStream(PIPE_BYTES)) {
      PipedOutputStream end = new PipedOutputStream(pipe);
      Thread reader =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (end) {
                      from.getCopyAPI().copyOut(out, end);
                    } catch (SQLException | IOException e) {
                      failed.set(e);
                    }
                  });
      to.getCopyAPI().copyIn(in, pipe);
      reader.join();
    } catch (IOException e) {
      throw new SQLException(e);
    }
    Exception readFailure = failed.get();
    if (readFailure != null) {
      throw new SQLException(readFailure.getMessage(), readFailure);
    }
  }

  private boolean attempt(String sql, String what) {
    try {
      execute(sql);
      return true;
    } catch (SQLException e) {
      notes.add("%s is not in the scratch copy: %s.".formatted(what, oneLine(e)));
      return false;
    }
  }

  /* The planner's work is only a little less like the original without it. */
  private void attemptQuietly(String sql) {
    try {
      execute(sql);
    } catch (SQLException e) {
      return;
    }
  }

  private static String oneLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (SQLException e) {
      // The server ends next, and with it the session.
    }
    server.close();
  }
}
