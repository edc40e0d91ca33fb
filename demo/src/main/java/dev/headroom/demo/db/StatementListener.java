package dev.headroom.demo.db;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Told of each statement that was sent, as the application wrote it. */
@FunctionalInterface
public interface StatementListener {
  StatementListener NONE = (sql, parameters, rows) -> {};

  void sent(String sql, List<@Nullable Object> parameters, int rows);
}
