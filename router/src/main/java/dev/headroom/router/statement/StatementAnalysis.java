package dev.headroom.router.statement;

import dev.headroom.router.cluster.Catalog;
import dev.headroom.signals.TraceContext;
import dev.headroom.sql.Fingerprint;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.StatementShape;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A text of SQL, understood once: its fingerprint, its statements, its trace. */
public final class StatementAnalysis {
  private final Fingerprint fingerprint;
  private final List<StatementShape> shapes;
  private final Optional<TraceContext> trace;
  /* The last verdict and the catalog it was reached with; one event loop uses an analysis. */
  private @Nullable Catalog judgedWith;
  private String doubt = "";

  private StatementAnalysis(
      Fingerprint fingerprint, List<StatementShape> shapes, Optional<TraceContext> trace) {
    this.fingerprint = fingerprint;
    this.shapes = shapes;
    this.trace = trace;
  }

  public static StatementAnalysis of(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    return new StatementAnalysis(
        Fingerprint.of(tokens),
        StatementShape.of(tokens),
        tokens.traceparent().flatMap(TraceContext::parse));
  }

  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** At least one. */
  public List<StatementShape> shapes() {
    return shapes;
  }

  public Optional<TraceContext> trace() {
    return trace;
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
