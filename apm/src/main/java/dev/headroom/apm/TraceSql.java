package dev.headroom.apm;

import dev.headroom.apm.TraceQuery.Comparison;
import dev.headroom.apm.TraceQuery.Test;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import dev.headroom.signals.Vocabulary;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A {@link TraceQuery} as a condition on the rows of one source of spans. It may let through more
 * than is asked for, never less: what it finds is looked at again.
 */
final class TraceSql {
  private static final String EVERY = "TRUE";
  private static final String NO = "FALSE";

  /** With more a statement would be longer than its answer. */
  private static final int MOST_IDS = 5_000;

  private final Connection connection;
  private final DuckDatabase.Source source;
  private final PairDictionary hot;
  private final List<Attributes> resources;

  TraceSql(
      Connection connection,
      DuckDatabase.Source source,
      PairDictionary hot,
      List<Attributes> resources) {
    this.connection = connection;
    this.source = source;
    this.hot = hot;
    this.resources = resources;
  }

  String condition(TraceQuery query) throws SQLException {
    return switch (query) {
      case TraceQuery.All all -> joined(all.parts(), " AND ", EVERY, NO);
      case TraceQuery.Any any -> joined(any.parts(), " OR ", NO, EVERY);
      case TraceQuery.Not _ -> EVERY;
      case Test test -> test(test);
    };
  }

  private String joined(List<TraceQuery> parts, String by, String neutral, String decides)
      throws SQLException {
    List<String> conditions = new ArrayList<>();
    for (TraceQuery part : parts) {
      String condition = condition(part);
      if (condition.equals(decides)) {
        return decides;
      }
      if (!condition.equals(neutral)) {
        conditions.add(condition);
      }
    }
    return conditions.isEmpty() ? neutral : "(" + String.join(by, conditions) + ")";
  }

  private String test(Test test) throws SQLException {
    return switch (test.field()) {
      case SERVICE -> text("service", test);
      case NAME -> text("name", test);
      case ROUTE -> text("route", test);
      case KIND -> number("kind", test, Span.Kind.values());
      case STATUS -> number("status", test, Span.Status.values());
      case DURATION ->
          test.comparison() == Comparison.EXISTS
              ? EVERY
              : "duration " + test.comparison().sign() + " " + test.wanted();
      case ATTRIBUTE -> attribute(test);
    };
  }

  private static String text(String column, Test test) {
    return switch (test.comparison()) {
      case EQUAL, NOT_EQUAL ->
          test.wanted() instanceof String wanted
              ? column + " " + test.comparison().sign() + " " + quoted(wanted)
              : EVERY;
      default -> EVERY;
    };
  }

  private static String number(String column, Test test, Enum<?>[] values) {
    String numbers =
        IntStream.range(0, values.length)
            .filter(
                i ->
                    test.comparison()
                        .holds(values[i].name().toLowerCase(Locale.ROOT), test.wanted()))
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(","));
    return numbers.isEmpty() ? NO : column + " IN (" + numbers + ")";
  }

  /* Numbered pairs, what is written out beside them, resources: one of the three. */
  private String attribute(Test test) throws SQLException {
    List<String> ways = new ArrayList<>();
    if (test.key().equals(Vocabulary.ROUTE)) {
      ways.add("(route <> '' AND " + text("route", test) + ")");
    }
    List<String> ids = ids(test);
    if (ids.size() > MOST_IDS) {
      return EVERY;
    }
    if (ids.size() == 1) {
      ways.add("list_contains(attributes, " + ids.getFirst() + "::INTEGER)");
    } else if (!ids.isEmpty()) {
      ways.add("list_has_any(attributes, [" + String.join(",", ids) + "]::INTEGER[])");
    }
    ways.add("(rest <> '' AND contains(rest, " + quoted("\"" + escaped(test.key()) + "\":") + "))");
    Predicate<Attributes> holds =
        r -> {
          Object value = r.get(test.key());
          return value != null && test.comparison().holds(value, test.wanted());
        };
    String those =
        IntStream.range(0, resources.size())
            .filter(i -> holds.test(resources.get(i)))
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(","));
    if (!those.isEmpty()) {
      ways.add("resource IN (" + those + ")");
    }
    return "(" + String.join(" OR ", ways) + ")";
  }

  private List<String> ids(Test test) throws SQLException {
    List<String> ids = new ArrayList<>();
    if (source.segment().isEmpty()) {
      for (int id = 0; id < hot.size(); id++) {
        PairDictionary.Pair pair = hot.pair(id);
        if (pair != null
            && pair.key().equals(test.key())
            && test.comparison().holds(pair.value(), test.wanted())) {
          ids.add(Integer.toString(id));
        }
      }
    } else {
      try (PreparedStatement sql =
          connection.prepareStatement(
              "SELECT id, value FROM " + source.pairs() + " WHERE key = ?")) {
        sql.setString(1, test.key());
        try (ResultSet rows = sql.executeQuery()) {
          while (rows.next()) {
            if (test.comparison()
                .holds(AttributesJson.readValue(rows.getString(2)), test.wanted())) {
              ids.add(rows.getString(1));
            }
          }
        }
      }
    }
    return ids;
  }

  /* As it stands in JSON text. */
  private static String escaped(String key) {
    String json = AttributesJson.writeValue(key);
    return json.substring(1, json.length() - 1);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
