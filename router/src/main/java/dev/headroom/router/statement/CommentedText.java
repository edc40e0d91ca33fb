package dev.headroom.router.statement;

import dev.headroom.sql.SqlTokens;

/**
 * A text apart from the comment at its end. Tracing makes that comment another one with every call;
 * without it the text is the same each time, and is analysed and prepared once.
 *
 * @param sql what stands before the comment, or all
 * @param tags of the comment
 */
public record CommentedText(String sql, Tags tags) {

  /**
   * Takes a comment off that can be nothing else: {@code before} it the text is whole by itself.
   *
   * @param analyses where the text before it is looked up, or remembered
   */
  public static CommentedText of(String sql, AnalysisCache analyses) {
    int end = sql.length();
    if (!sql.endsWith("*/")) {
      return new CommentedText(sql, Tags.NONE);
    }
    int start = sql.lastIndexOf("/*");
    int inner = sql.indexOf("*/", start + 2);
    boolean tagged = sql.indexOf("='", start + 2) >= 0;
    if (start <= 0 || inner != end - 2 || !tagged) {
      return new CommentedText(sql, Tags.NONE);
    }
    String before = sql.substring(0, start).stripTrailing();
    if (!analyses.of(before).isWhole()) {
      return new CommentedText(sql, Tags.NONE);
    }
    return new CommentedText(before, Tags.of(SqlTokens.of(sql.substring(start))));
  }
}
