package dev.headroom.autoscaler;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The rows of a table of upstream's test cases. */
final class Vectors {
  private Vectors() {}

  /** A row: its columns by name. */
  record Row(Map<String, String> columns) {
    String text(String column) {
      return Objects.requireNonNull(columns.get(column), column);
    }

    boolean has(String column) {
      return !text(column).isEmpty();
    }

    int number(String column) {
      return Integer.parseInt(text(column));
    }

    double decimal(String column, double otherwise) {
      return has(column) ? Double.parseDouble(text(column)) : otherwise;
    }

    long[] numbers(String column) {
      return has(column)
          ? Stream.of(text(column).split(" ")).mapToLong(Long::parseLong).toArray()
          : new long[0];
    }

    @Override
    public String toString() {
      return text("name");
    }
  }

  static List<Row> read(String file) {
    try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream(file), file);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      List<String> all = lines.lines().filter(line -> !line.startsWith("#")).toList();
      String[] names = all.get(0).split(";");
      List<Row> rows = new ArrayList<>();
      for (String line : all.subList(1, all.size())) {
        String[] values = line.split(";", -1);
        Map<String, String> columns = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
          columns.put(names[i], values[i]);
        }
        rows.add(new Row(columns));
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
