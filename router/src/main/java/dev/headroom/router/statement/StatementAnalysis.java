package dev.headroom.router.statement;

import dev.headroom.router.cluster.Catalog;
import dev.headroom.sql.Fingerprint;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.StatementShape;
import dev.headroom.sql.TokenKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A text of SQL, understood once: its fingerprint, its statements, its tags. */
public final class StatementAnalysis {
  private final Fingerprint fingerprint;
  private final List<StatementShape> shapes;
  private final Tags tags;
  private final boolean whole;
  private final RouteHint hint;
  /* The last verdict and the catalog it was reached with; one event loop uses an analysis. */
  private @Nullable Catalog judgedWith;
  private String doubt = "";

  private StatementAnalysis(
      Fingerprint fingerprint,
      List<StatementShape> shapes,
      Tags tags,
      boolean whole,
      RouteHint hint) {
    this.fingerprint = fingerprint;
    this.shapes = shapes;
    this.tags = tags;
    this.whole = whole;
    this.hint = hint;
  }

  public static StatementAnalysis of(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    return new StatementAnalysis(
        Fingerprint.of(tokens),
        StatementShape.of(tokens),
        Tags.of(tokens),
        isWhole(tokens),
        RouteHint.leading(sql));
  }

  private static boolean isWhole(SqlTokens tokens) {
    // What the scanner does not understand reaches to the end of the text, as does what is open.
    return tokens.size() > 0
        && tokens.kind(tokens.size() - 1) != TokenKind.ERROR
        && !tokens.dependsOnStandardStrings();
  }

  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** At least one. */
  public List<StatementShape> shapes() {
    return shapes;
  }

  public Tags tags() {
    return tags;
  }

  /** Of its leading comment. */
  public RouteHint hint() {
    return hint;
  }

  /** Does every string, name and comment that begins in the text end in it? */
  boolean isWhole() {
    return whole;
  }

  @SuppressWarnings("ReferenceEquality") // Another catalog is another object; comparing would cost.
  private boolean isJudgedWith(Catalog catalog) {
    return judgedWith == catalog;
  }

  /** Why it is not proven to be a read; empty when it is. */
  public String doubt(Catalog catalog) {
    if (!isJudgedWith(catalog)) {
      doubt = Reads.doubt(shapes, catalog);
      judgedWith = catalog;
    }
    return doubt;
  }
}
