package dev.headroom.apm;

import dev.headroom.apm.analysis.SpanFacts;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Span;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Rows that wait for the next commit. Of the writing thread. */
final class DuckWriter {
  private final DuckDatabase database;
  private final DuckDBConnection connection;
  private final Dictionary<Series> series;
  private final Dictionary<Attributes> resources;
  private final DropCounts dropped;

  private final List<Cell> cells = new ArrayList<>();
  private final List<Span> spans = new ArrayList<>();
  private final List<LogRecord> logs = new ArrayList<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, ErrorGroups.Group> groups = new LinkedHashMap<>();

  DuckWriter(
      DuckDatabase database,
      Dictionary<Series> series,
      Dictionary<Attributes> resources,
      DropCounts dropped) {
    this.database = database;
    this.connection = database.writer();
    this.series = series;
    this.resources = resources;
    this.dropped = dropped;
  }

  void add(Cell cell) {
    if (series.id(cell.series()).isPresent()) {
      cells.add(cell);
    } else {
      dropped.add("metrics", "too many series", 1);
    }
  }

  void add(Span span) {
    if (resources.id(span.resource()).isPresent()) {
      spans.add(span);
    } else {
      dropped.add("spans", "too many resources", 1);
    }
  }

  void add(LogRecord log) {
    if (resources.id(log.resource()).isPresent()) {
      logs.add(log);
    } else {
      dropped.add("logs", "too many resources", 1);
    }
  }

  void text(String fingerprint, String text) {
    texts.put(fingerprint, text);
  }

  void group(ErrorGroups.Group group) {
    groups.put(group.id(), group);
  }

  int waiting() {
    return cells.size() + spans.size() + logs.size() + texts.size() + groups.size();
  }

  /** All rows or none: when this fails, they wait on. */
  void commit() throws SQLException {
    List<Series> newSeries = series.unstored();
    int firstSeries = series.stored();
    List<Attributes> newResources = resources.unstored();
    int firstResource = resources.stored();
    database.transact(
        () -> {
          series(newSeries, firstSeries);
          resources(newResources, firstResource);
          cells();
          spans();
          logs();
          texts();
          groups();
        });
    database.pairs().stored(database.pairs().size());
    series.stored(firstSeries + newSeries.size());
    resources.stored(firstResource + newResources.size());
    cells.clear();
    spans.clear();
    logs.clear();
    texts.clear();
    groups.clear();
  }

  private void series(List<Series> entries, int first) throws SQLException {
    if (entries.isEmpty()) {
      return;
    }
    try (DuckDBAppender out = appender("series")) {
      int id = first;
      for (Series entry : entries) {
        out.beginRow()
            .append(id++)
            .append(entry.kind().name())
            .append(entry.metric())
            .append(entry.unit())
            .append(AttributesJson.write(entry.attributes()))
            .endRow();
      }
    }
  }

  private void resources(List<Attributes> entries, int first) throws SQLException {
    if (entries.isEmpty()) {
      return;
    }
    try (DuckDBAppender out = appender("resources")) {
      int id = first;
      for (Attributes entry : entries) {
        out.beginRow().append(id++).append(AttributesJson.write(entry)).endRow();
      }
    }
  }

  private void cells() throws SQLException {
    if (cells.isEmpty()) {
      return;
    }
    try (DuckDBAppender out = appender("cells")) {
      for (Cell cell : cells) {
        out.beginRow().append(id(series.id(cell.series()))).append(cell.time());
        out.append(cell.value());
        byte[] sketch = cell.sketch();
        if (sketch == null) {
          out.appendNull();
        } else {
          out.append(sketch);
        }
        out.endRow();
      }
    }
  }

  private void spans() throws SQLException {
    if (spans.isEmpty()) {
      return;
    }
    PairColumns columns = new PairColumns(database.pairs());
    try (DuckDBAppender out = appender("spans")) {
      for (Span span : spans) {
        columns.set(span.attributes());
        out.beginRow()
            .appendUUID(span.traceId().high(), span.traceId().low())
            .append(span.spanId().value())
            .append(span.parentId().value())
            .append(span.name())
            .append((byte) span.kind().number())
            .append(span.startEpochNanos())
            .append(span.durationNanos())
            .append((byte) span.status().number())
            .append(span.statusMessage())
            .append(SpanFacts.service(span.resource()))
            .append(SpanFacts.route(span).orElse(""))
            .append(SpanFacts.isEntry(span))
            .append(columns.ids())
            .append(columns.rest())
            .append(AttributesJson.writeEvents(span.events()))
            .append(id(resources.id(span.resource())))
            .append(span.scope())
            .endRow();
      }
    }
    pairs();
  }

  private void pairs() throws SQLException {
    PairDictionary pairs = database.pairs();
    if (pairs.stored() == pairs.size()) {
      return;
    }
    try (DuckDBAppender out = appender("pairs")) {
      for (int id = pairs.stored(); id < pairs.size(); id++) {
        PairDictionary.Pair pair = Objects.requireNonNull(pairs.pair(id));
        out.beginRow()
            .append(id)
            .append(pair.key())
            .append(AttributesJson.writeValue(pair.value()))
            .endRow();
      }
    }
  }

  private void logs() throws SQLException {
    if (logs.isEmpty()) {
      return;
    }
    try (DuckDBAppender out = appender("logs")) {
      for (LogRecord log : logs) {
        out.beginRow()
            .append(log.epochNanos())
            .append((byte) log.severity())
            .append(log.eventName())
            .append(log.body())
            .appendUUID(log.traceId().high(), log.traceId().low())
            .append(log.spanId().value())
            .append(AttributesJson.write(log.attributes()))
            .append(id(resources.id(log.resource())))
            .endRow();
      }
    }
  }

  private void texts() throws SQLException {
    if (texts.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT OR REPLACE INTO query_texts VALUES (?, ?)")) {
      for (Map.Entry<String, String> text : texts.entrySet()) {
        insert.setString(1, text.getKey());
        insert.setString(2, text.getValue());
        insert.execute();
      }
    }
  }

  private void groups() throws SQLException {
    if (groups.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO error_groups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (ErrorGroups.Group group : groups.values()) {
        insert.setString(1, group.id());
        insert.setString(2, group.service());
        insert.setString(3, group.type());
        insert.setString(4, group.message());
        insert.setString(5, group.location());
        insert.setString(6, group.stackTrace());
        insert.setLong(7, group.firstSeen());
        insert.setLong(8, group.lastSeen());
        insert.setString(
            9, String.join(",", group.samples().stream().map(Object::toString).toList()));
        insert.execute();
      }
    }
  }

  private DuckDBAppender appender(String table) throws SQLException {
    return connection.createAppender("main", table);
  }

  /* It was there when the row was taken, and entries do not leave. */
  private static int id(OptionalInt id) {
    return id.orElseThrow();
  }
}
