package dev.headroom.demo.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SummaryTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT id FROM issues WHERE id = ? | SELECT issues",
        "INSERT INTO comments (a) SELECT 1 FROM issues | INSERT comments",
        "UPDATE issues SET a = 1 | UPDATE issues",
        "DELETE FROM issue_labels | DELETE issue_labels",
        "LOCK TABLE issues IN SHARE MODE | LOCK issues",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY totals | REFRESH totals",
        "SELECT 1 | SELECT"
      })
  void namesOperationAndTable(String sql, String summary) {
    assertThat(Summary.of(sql).text()).isEqualTo(summary);
  }
}
