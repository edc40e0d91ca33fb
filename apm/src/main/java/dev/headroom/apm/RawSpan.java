package dev.headroom.apm;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** A row of spans, whose attributes are numbers still. */
record RawSpan(
    UUID trace,
    long spanId,
    long parentId,
    String name,
    int kind,
    long start,
    long duration,
    int status,
    String statusMessage,
    String attributes,
    String rest,
    String route,
    String events,
    int resource,
    String scope) {

  private static final Span.Kind[] KINDS = Span.Kind.values();
  private static final Span.Status[] STATUSES = Span.Status.values();
  private static final int[] NONE = {};

  /** Reads the columns in the order of the components. */
  static RawSpan of(ResultSet rows) throws SQLException {
    return new RawSpan(
        (UUID) rows.getObject(1),
        rows.getLong(2),
        rows.getLong(3),
        rows.getString(4),
        rows.getInt(5),
        rows.getLong(6),
        rows.getLong(7),
        rows.getInt(8),
        rows.getString(9),
        rows.getString(10),
        rows.getString(11),
        rows.getString(12),
        rows.getString(13),
        rows.getInt(14),
        rows.getString(15));
  }

  /** The numbers of its pairs. */
  int[] pairs() {
    if (attributes == null || attributes.isEmpty()) {
      return NONE;
    }
    String[] texts = attributes.split(",");
    int[] ids = new int[texts.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Integer.parseInt(texts[i]);
    }
    return ids;
  }

  Span toSpan(SpanPairs pairs, Attributes of) {
    return new Span(
        new TraceId(trace.getMostSignificantBits(), trace.getLeastSignificantBits()),
        new SpanId(spanId),
        new SpanId(parentId),
        name,
        KINDS[kind],
        start,
        start + duration,
        STATUSES[status],
        statusMessage,
        attributes(pairs),
        AttributesJson.readEvents(events),
        of,
        scope);
  }

  private Attributes attributes(SpanPairs pairs) {
    Map<String, Object> all = new HashMap<>();
    if (!route.isEmpty()) {
      all.put(Vocabulary.ROUTE, route);
    }
    if (!rest.isEmpty()) {
      all.putAll(AttributesJson.read(rest).toMap());
    }
    for (int id : pairs()) {
      pairs.putInto(all, id);
    }
    return Attributes.of(all);
  }
}
