package dev.headroom.apm;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the numbers in some rows of spans stand for. */
final class SpanPairs {
  private final IntFunction<PairDictionary.@Nullable Pair> pairs;

  private SpanPairs(IntFunction<PairDictionary.@Nullable Pair> pairs) {
    this.pairs = pairs;
  }

  static SpanPairs hot(PairDictionary dictionary) {
    return new SpanPairs(dictionary::pair);
  }

  /** Only those of {@code spans}, read from the segment's dictionary. */
  static SpanPairs sealed(Connection connection, DuckDatabase.Source source, List<RawSpan> spans)
      throws SQLException {
    String ids =
        spans.stream()
            .flatMapToInt(s -> Arrays.stream(s.pairs()))
            .distinct()
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(","));
    Map<Integer, PairDictionary.Pair> found = new HashMap<>();
    if (!ids.isEmpty()) {
      try (Statement sql = connection.createStatement();
          ResultSet rows =
              sql.executeQuery(
                  "SELECT id, key, value FROM " + source.pairs() + " WHERE id IN (" + ids + ")")) {
        while (rows.next()) {
          found.put(
              rows.getInt(1),
              new PairDictionary.Pair(
                  rows.getString(2), AttributesJson.readValue(rows.getString(3))));
        }
      }
    }
    return new SpanPairs(found::get);
  }

  void putInto(Map<String, Object> attributes, int id) {
    PairDictionary.Pair pair = pairs.apply(id);
    if (pair != null) {
      attributes.put(pair.key(), pair.value());
    }
  }
}
