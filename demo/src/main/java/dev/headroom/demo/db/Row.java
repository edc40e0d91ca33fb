package dev.headroom.demo.db;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One row of a result; columns keep the names that the statement gave them. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Row(List<String> names, @Nullable Object[] values) {

  static List<Row> all(ResultSet result) throws SQLException {
    ResultSetMetaData meta = result.getMetaData();
    int width = meta.getColumnCount();
    List<String> names = new ArrayList<>(width);
    for (int i = 1; i <= width; i++) {
      names.add(meta.getColumnLabel(i));
    }
    List<Row> rows = new ArrayList<>();
    while (result.next()) {
      @Nullable Object[] values = new Object[width];
      for (int i = 0; i < width; i++) {
        values[i] = result.getObject(i + 1);
      }
      rows.add(new Row(names, values));
    }
    return rows;
  }

  public @Nullable Object get(String name) {
    return values[names.indexOf(name)];
  }

  public long number(String name) {
    return get(name) instanceof Number number ? number.longValue() : 0;
  }

  public String text(String name) {
    Object value = get(name);
    return value == null ? "" : value.toString();
  }

  public boolean absent(String name) {
    return get(name) == null;
  }
}
