package dev.headroom.demo.data;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Rows into one table by COPY, in its text format. */
final class Copy {
  private static final int CHUNK = 256 * 1024;

  private final StringBuilder text = new StringBuilder(CHUNK + 4096);
  private final CopyIn copy;

  private Copy(CopyIn copy) {
    this.copy = copy;
  }

  /** Sends rows 0 to count-1, without those that are null. */
  static long rows(
      Connection connection,
      String target,
      int count,
      IntFunction<@Nullable Object @Nullable []> row)
      throws SQLException {
    Copy copy =
        new Copy(
            connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + target + " FROM STDIN"));
    try {
      for (int i = 0; i < count; i++) {
        @Nullable Object[] values = row.apply(i);
        if (values != null) {
          copy.add(values);
        }
      }
      copy.flush();
      return copy.copy.endCopy();
    } finally {
      if (copy.copy.isActive()) {
        copy.copy.cancelCopy();
      }
    }
  }

  private void add(@Nullable Object[] values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      if (i > 0) {
        text.append('\t');
      }
      append(values[i]);
    }
    text.append('\n');
    if (text.length() >= CHUNK) {
      flush();
    }
  }

  private void append(@Nullable Object value) {
    if (value == null) {
      text.append("\\N");
      return;
    }
    String plain = value.toString();
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\t' -> text.append("\\t");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        default -> text.append(c);
      }
    }
  }

  private void flush() throws SQLException {
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    copy.writeToCopy(bytes, 0, bytes.length);
    text.setLength(0);
  }
}
