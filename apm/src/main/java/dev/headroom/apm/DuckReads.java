package dev.headroom.apm;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Questions to the disk. Thread-safe. */
final class DuckReads implements CellSource, TraceSource {
  private final DuckDatabase database;
  private final Dictionary<Series> series;
  private final Dictionary<Attributes> resources;

  DuckReads(DuckDatabase database, Dictionary<Series> series, Dictionary<Attributes> resources) {
    this.database = database;
    this.series = series;
    this.resources = resources;
  }

  /** Fills the dictionaries and the texts from their tables. */
  void loadDictionaries(QueryTexts texts, ErrorGroups groups) {
    database.read(
        (connection, tables) -> {
          try (Statement sql = connection.createStatement()) {
            try (ResultSet rows =
                sql.executeQuery("SELECT kind, metric, unit, attributes FROM series ORDER BY id")) {
              while (rows.next()) {
                series.load(
                    new Series(
                        Series.Kind.valueOf(rows.getString(1)),
                        rows.getString(2),
                        rows.getString(3),
                        AttributesJson.read(rows.getString(4))));
              }
            }
            try (ResultSet rows =
                sql.executeQuery("SELECT attributes FROM resources ORDER BY id")) {
              while (rows.next()) {
                resources.load(AttributesJson.read(rows.getString(1)));
              }
            }
            try (ResultSet rows = sql.executeQuery("SELECT fingerprint, text FROM query_texts")) {
              while (rows.next()) {
                texts.put(rows.getString(1), rows.getString(2));
              }
            }
            try (ResultSet rows =
                sql.executeQuery(
                    "SELECT id, service, type, message, location, stack, first_seen, last_seen,"
                        + " samples FROM error_groups ORDER BY last_seen")) {
              while (rows.next()) {
                groups.load(
                    new ErrorGroups.Group(
                        rows.getString(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getString(5),
                        rows.getString(6),
                        rows.getLong(7),
                        rows.getLong(8),
                        rows.getLong(8),
                        rows.getString(9).isEmpty()
                            ? List.of()
                            : Stream.of(rows.getString(9).split(","))
                                .map(TraceId::parse)
                                .toList()));
              }
            }
          }
          return true;
        });
  }

  @Override
  public void scan(String metric, long from, long to, Visitor visitor) {
    String ids = ids(metric);
    if (!ids.isEmpty()) {
      scanWhere("series IN (" + ids + ") AND ", from, to, visitor);
    }
  }

  /** Every cell of every metric. */
  void scanAll(long from, long to, Visitor visitor) {
    scanWhere("", from, to, visitor);
  }

  private void scanWhere(String condition, long from, long to, Visitor visitor) {
    database.read(
        (connection, tables) -> {
          try (PreparedStatement sql =
              connection.prepareStatement(
                  "SELECT series, time, value, sketch FROM "
                      + tables.rows(Table.CELLS, from, to)
                      + " WHERE "
                      + condition
                      + "time >= ? AND time < ?")) {
            sql.setLong(1, from);
            sql.setLong(2, to);
            try (ResultSet rows = sql.executeQuery()) {
              while (rows.next()) {
                Series of = series.value(rows.getInt(1));
                if (of != null) {
                  visitor.cell(of, rows.getLong(2), rows.getDouble(3), rows.getBytes(4));
                }
              }
            }
          }
          return true;
        });
  }

  List<Series> series() {
    return series.all();
  }

  private String ids(String metric) {
    List<Series> all = series.all();
    StringBuilder ids = new StringBuilder();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).metric().equals(metric)) {
        ids.append(ids.isEmpty() ? "" : ",").append(i);
      }
    }
    return ids.toString();
  }

  OptionalLong newest(String metric) {
    String ids = ids(metric);
    if (ids.isEmpty()) {
      return OptionalLong.empty();
    }
    return database.read(
        (connection, tables) -> {
          try (Statement sql = connection.createStatement();
              ResultSet row =
                  sql.executeQuery(
                      "SELECT max(time) FROM "
                          + tables.rows(Table.CELLS, Long.MIN_VALUE, Long.MAX_VALUE)
                          + " WHERE series IN ("
                          + ids
                          + ")")) {
            long newest = row.next() ? row.getLong(1) : 0;
            return newest == 0 ? OptionalLong.empty() : OptionalLong.of(newest);
          }
        });
  }

  List<LogRecord> events(long from, long to, String prefix, int limit) {
    return database.read(
        (connection, tables) -> {
          try (PreparedStatement sql =
              connection.prepareStatement(
                  LOG_COLUMNS
                      + tables.rows(Table.LOGS, from, to)
                      + " WHERE time >= ? AND time < ? AND event <> '' AND starts_with(event, ?)"
                      + " ORDER BY time DESC LIMIT ?")) {
            sql.setLong(1, from);
            sql.setLong(2, to);
            sql.setString(3, prefix);
            sql.setInt(4, limit);
            return logs(sql);
          }
        });
  }

  List<LogRecord> logs(TraceId traceId) {
    return database.read(
        (connection, tables) -> {
          try (PreparedStatement sql =
              connection.prepareStatement(
                  LOG_COLUMNS
                      + tables.rows(Table.LOGS, Long.MIN_VALUE, Long.MAX_VALUE)
                      + " WHERE trace_id = '"
                      + new UUID(traceId.high(), traceId.low())
                      + "'::UUID ORDER BY time LIMIT 1000")) {
            return logs(sql);
          }
        });
  }

  private static final String LOG_COLUMNS =
      "SELECT time, severity, event, body, trace_id, span_id, attributes, resource FROM ";

  private List<LogRecord> logs(PreparedStatement sql) throws SQLException {
    List<LogRecord> logs = new ArrayList<>();
    try (ResultSet rows = sql.executeQuery()) {
      while (rows.next()) {
        logs.add(
            new LogRecord(
                rows.getLong(1),
                rows.getInt(2),
                rows.getString(3),
                rows.getString(4),
                traceId(rows, 5),
                new SpanId(rows.getLong(6)),
                AttributesJson.read(rows.getString(7)),
                resource(rows.getInt(8))));
      }
    }
    return logs;
  }

  /* Light columns first, to choose; then the whole of the few that were chosen. */
  @Override
  public List<Collection<Span>> traces(
      Window window, Optional<String> route, boolean slowestFirst, int limit) {
    long from = Times.nanos(window.from());
    long to = Times.nanos(window.to());
    return database.read(
        (connection, tables) -> {
          Set<UUID> chosen = new LinkedHashSet<>();
          try (PreparedStatement sql =
              connection.prepareStatement(
                  "SELECT trace_id FROM "
                      + tables.rows(Table.SPANS, from, to)
                      + " WHERE entry AND start >= ? AND start < ?"
                      + (route.isPresent() ? " AND route = ?" : "")
                      + " ORDER BY "
                      + (slowestFirst ? "duration" : "start")
                      // A trace has an entry per service; it is listed once.
                      + " DESC LIMIT ?")) {
            int parameter = 1;
            sql.setLong(parameter++, from);
            sql.setLong(parameter++, to);
            if (route.isPresent()) {
              sql.setString(parameter++, route.get());
            }
            sql.setInt(parameter, Math.min(limit, 10_000) * 8);
            try (ResultSet rows = sql.executeQuery()) {
              while (rows.next() && chosen.size() < limit) {
                chosen.add((UUID) rows.getObject(1));
              }
            }
          }
          return whole(connection, tables, chosen, from, to);
        });
  }

  /* Twenty of each name at most: a busy endpoint must not hide the others. */
  @Override
  public List<Collection<Span>> repeating(Window window, int least, int limit) {
    long from = Times.nanos(window.from());
    long to = Times.nanos(window.to());
    return database.read(
        (connection, tables) -> {
          Set<UUID> chosen = new LinkedHashSet<>();
          try (Statement sql = connection.createStatement();
              ResultSet rows =
                  sql.executeQuery(
                      "SELECT trace_id FROM (SELECT trace_id, name, max(start) AS latest FROM "
                          + tables.rows(Table.SPANS, from, to)
                          + " WHERE kind = "
                          + Span.Kind.CLIENT.number()
                          + " AND start >= "
                          + from
                          + " AND start < "
                          + to
                          + " GROUP BY trace_id, name HAVING count(*) >= "
                          + least
                          + ") QUALIFY row_number() OVER (PARTITION BY name ORDER BY latest DESC)"
                          + " <= 20 ORDER BY latest DESC")) {
            while (rows.next() && chosen.size() < limit) {
              chosen.add((UUID) rows.getObject(1));
            }
          }
          return whole(connection, tables, chosen, from, to);
        });
  }

  /** Traces with a span that fulfils {@code query}, from the newest segment to the oldest. */
  @Override
  public List<Collection<Span>> search(Window window, TraceQuery query, int limit) {
    long from = Times.nanos(window.from());
    long to = Times.nanos(window.to());
    return database.read(
        (connection, tables) -> {
          Set<UUID> chosen = new LinkedHashSet<>();
          for (DuckDatabase.Source source : tables.sources(Table.SPANS, from, to)) {
            if (chosen.size() < limit) {
              search(connection, source, query, from, to, chosen, limit);
            }
          }
          return whole(connection, tables, chosen, from, to);
        });
  }

  private static final int MOST_ROWS = 20_000;

  private void search(
      Connection connection,
      DuckDatabase.Source source,
      TraceQuery query,
      long from,
      long to,
      Set<UUID> chosen,
      int limit)
      throws SQLException {
    String condition =
        new TraceSql(connection, source, database.pairs(), resources.all()).condition(query);
    if (condition.equals("FALSE")) {
      return;
    }
    int page = Math.max(100, limit * 12);
    int offset = 0;
    while (chosen.size() < limit) {
      List<Row> rows =
          rows(
              connection,
              source,
              "start >= " + from + " AND start < " + to + " AND " + condition,
              " ORDER BY start DESC LIMIT " + page + " OFFSET " + offset);
      for (Row row : rows) {
        if (chosen.size() < limit && query.matches(row.span())) {
          chosen.add(row.trace());
        }
      }
      if (rows.size() < page) {
        return;
      }
      // What the condition cannot say, such as a negation, is looked for in larger and larger
      // parts.
      offset += page;
      page = Math.min(page * 4, MOST_ROWS);
    }
  }

  private List<Collection<Span>> whole(
      Connection connection, DuckDatabase.Tables tables, Set<UUID> chosen, long from, long to)
      throws SQLException {
    if (chosen.isEmpty()) {
      return List.of();
    }
    // A trace may begin before and end after the window, but hardly by more than this.
    long slack = Duration.ofMinutes(10).toNanos();
    Map<UUID, Collection<Span>> spans =
        spans(
            connection,
            tables.sources(Table.SPANS, from - slack, to + slack),
            chosen,
            " AND start >= " + (from - slack) + " AND start < " + (to + slack));
    return chosen.stream()
        .map(id -> spans.getOrDefault(id, List.of()))
        .filter(trace -> !trace.isEmpty())
        .toList();
  }

  List<Span> trace(TraceId traceId) {
    return database.read(
        (connection, tables) -> {
          UUID id = new UUID(traceId.high(), traceId.low());
          Map<UUID, Collection<Span>> found =
              spans(
                  connection,
                  tables.sources(Table.SPANS, Long.MIN_VALUE, Long.MAX_VALUE),
                  Set.of(id),
                  "");
          return List.copyOf(found.getOrDefault(id, List.of()));
        });
  }

  private Map<UUID, Collection<Span>> spans(
      Connection connection, List<DuckDatabase.Source> sources, Set<UUID> traces, String condition)
      throws SQLException {
    List<Row> rows = new ArrayList<>();
    for (DuckDatabase.Source source : sources) {
      String these =
          traces.stream()
              .filter(id -> mayContain(source, id))
              .map(id -> "'" + id + "'::UUID")
              .collect(Collectors.joining(","));
      if (!these.isEmpty()) {
        rows.addAll(rows(connection, source, "trace_id IN (" + these + ")" + condition, ""));
      }
    }
    rows.sort(Comparator.comparingLong(r -> r.span().startEpochNanos()));
    // By span id: a sender that did not hear our answer has sent it again.
    Map<UUID, Map<SpanId, Span>> found = new HashMap<>();
    for (Row row : rows) {
      found
          .computeIfAbsent(row.trace(), t -> new LinkedHashMap<>())
          .putIfAbsent(row.span().spanId(), row.span());
    }
    Map<UUID, Collection<Span>> whole = new HashMap<>();
    found.forEach((id, spans) -> whole.put(id, spans.values()));
    return whole;
  }

  private static boolean mayContain(DuckDatabase.Source source, UUID id) {
    return source.segment().isEmpty()
        || source
            .segment()
            .get()
            .mayContain(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  private record Row(UUID trace, Span span) {}

  private List<Row> rows(
      Connection connection, DuckDatabase.Source source, String where, String order)
      throws SQLException {
    List<RawSpan> raw = new ArrayList<>();
    try (Statement sql = connection.createStatement();
        ResultSet rows =
            sql.executeQuery(
                "SELECT trace_id, span_id, parent_id, name, kind, start, duration, status,"
                    + " status_message, array_to_string(attributes, ','), rest, route, events,"
                    + " resource, scope FROM "
                    + source.rows()
                    + " WHERE "
                    + where
                    + order)) {
      while (rows.next()) {
        raw.add(RawSpan.of(rows));
      }
    }
    SpanPairs pairs =
        source.segment().isEmpty()
            ? SpanPairs.hot(database.pairs())
            : SpanPairs.sealed(connection, source, raw);
    List<Row> found = new ArrayList<>(raw.size());
    for (RawSpan span : raw) {
      found.add(new Row(span.trace(), span.toSpan(pairs, resource(span.resource()))));
    }
    return found;
  }

  private static TraceId traceId(ResultSet rows, int column) throws SQLException {
    UUID id = (UUID) rows.getObject(column);
    return new TraceId(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  private Attributes resource(int id) {
    Attributes resource = resources.value(id);
    return resource == null ? Attributes.empty() : resource;
  }
}
