package dev.headroom.router.statement;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommentedTextTest {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private final AnalysisCache analyses = new AnalysisCache();

  @Test
  void theCommentComesOffAndIsRead() {
    CommentedText text =
        CommentedText.of(
            "SELECT $1 /*controller='users',action='show',traceparent='" + PARENT + "'*/",
            analyses);
    assertThat(text.sql()).isEqualTo("SELECT $1");
    assertThat(text.tags().route()).contains("users#show");
    assertThat(text.tags().trace().orElseThrow().traceparent()).isEqualTo(PARENT);
    assertThat(text.tags().again().trace()).isEmpty();
    assertThat(text.tags().again().route()).contains("users#show");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "SELECT 1 /* a remark */",
        "SELECT 'x /*route=''/a'' */",
        "SELECT $$ /*route='/a'*/",
        "SELECT \" /*route='/a'*/",
        "SELECT /*+ IndexScan(t) */ 1",
        "SELECT '\\' /*route='/a'*/",
        "SELECT /* outer /*route='/a'*/",
        "/*route='/a'*/"
      })
  void everythingElseStays(String sql) {
    assertThat(CommentedText.of(sql, analyses)).isEqualTo(new CommentedText(sql, Tags.NONE));
  }
}
