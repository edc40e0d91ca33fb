package dev.headroom.router.session;

import dev.headroom.router.cluster.Catalog;
import dev.headroom.router.pool.PreparedText;
import dev.headroom.router.statement.RouteHint;
import dev.headroom.router.statement.SessionEffect;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.router.statement.Tags;
import dev.headroom.signals.QueryCall;
import dev.headroom.sql.StatementKind;
import dev.headroom.sql.StatementShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One simple query, or a pipeline of messages up to its Sync: what is routed as a whole. */
final class Unit {
  private final List<Part> parts = new ArrayList<>(6);
  private final List<StatementAnalysis> analyses = new ArrayList<>(2);
  private Tags tags = Tags.NONE;
  /* The statement that the unit is told under, and the message that has its values. */
  private @Nullable StatementAnalysis subject;
  private @Nullable Part call;
  private List<ChannelChange> channelChanges = List.of();
  private @Nullable StatementAnalysis heard;
  private int executions;
  private int bytes;
  private boolean extended;
  private boolean needsServer;

  void add(Part part, int size) {
    parts.add(part);
    bytes += size;
    switch (part) {
      case Part.Local local -> extended = true;
      case Part.Sync sync -> extended = true;
      case Part.Query query -> {
        needsServer = true;
        call = part;
        executions = 1;
      }
      case Part.Bind bind -> {
        extended = true;
        needsServer = true;
        if (call == null && bind.text() != null && bind.text().analysis().equals(subject)) {
          call = part;
        }
      }
      default -> {
        extended = true;
        needsServer = true;
      }
    }
  }

  /** The unit has to do with {@code analysis}. */
  void about(StatementAnalysis analysis, Tags itsTags) {
    tags = tags.or(itsTags);
    if (analyses.contains(analysis)) {
      return;
    }
    analyses.add(analysis);
    boolean control = SessionEffect.isControl(analysis.shapes().getFirst());
    if (subject == null || (!control && SessionEffect.isControl(subject.shapes().getFirst()))) {
      subject = analysis;
      call = null;
      executions = 0;
    }
  }

  /** LISTEN and UNLISTEN, which the router carries out itself. */
  void listens(StatementAnalysis analysis, List<ChannelChange> changes) {
    heard = analysis;
    List<ChannelChange> all = new ArrayList<>(channelChanges);
    all.addAll(changes);
    channelChanges = all;
  }

  List<ChannelChange> channelChanges() {
    return channelChanges;
  }

  /** The last LISTEN or UNLISTEN that the router carries out, or null. */
  @Nullable StatementAnalysis heard() {
    return heard;
  }

  /** A statement of {@code analysis} is executed once more. */
  void executed(StatementAnalysis analysis) {
    executions += analysis.equals(subject) ? 1 : 0;
  }

  List<Part> parts() {
    return parts;
  }

  /** For an open pipeline: what is sent on is not kept. */
  List<Part> takeParts() {
    List<Part> taken = List.copyOf(parts);
    parts.clear();
    return taken;
  }

  /** Is what it returns described in it, whatever that is by now? */
  boolean isDescribed() {
    boolean described = false;
    for (Part part : parts) {
      switch (part) {
        case Part.DescribeStatement describe -> described = true;
        case Part.Raw raw -> described |= raw.step() == Step.Kind.DESCRIBE;
        case Part.Bind bind -> {
          if (Frames.resultFormats(bind.frame(), bind.nameEnd()) > 1) {
            return false; // One for each column, as they were.
          }
        }
        default -> {
          // Says nothing of results.
        }
      }
    }
    return described;
  }

  /** What servers have of {@code old} is outdated. */
  void replace(PreparedText old, PreparedText renewed) {
    parts.replaceAll(
        part ->
            switch (part) {
              case Part.Parse parse when parse.text().equals(old) -> new Part.Parse(renewed);
              case Part.Bind bind when old.equals(bind.text()) ->
                  new Part.Bind(bind.frame(), bind.portalEnd(), bind.nameEnd(), renewed);
              case Part.DescribeStatement describe when old.equals(describe.text()) ->
                  new Part.DescribeStatement(describe.frame(), renewed);
              default -> part;
            });
  }

  List<StatementAnalysis> analyses() {
    return analyses;
  }

  /** Has nothing been read of it yet? */
  boolean isNew() {
    return bytes == 0;
  }

  boolean isExtended() {
    return extended;
  }

  boolean needsServer() {
    return needsServer;
  }

  int bytes() {
    return bytes;
  }

  /** Why it is not proven to be a read; empty when it is. */
  String doubt(Catalog catalog) {
    if (analyses.isEmpty()) {
      return "nothing known";
    }
    for (StatementAnalysis analysis : analyses) {
      String doubt = analysis.doubt(catalog);
      if (!doubt.isEmpty()) {
        return doubt;
      }
    }
    return "";
  }

  /** Does it begin a transaction that may run on a replica? */
  boolean beginsReadOnly() {
    return !analyses.isEmpty() && analyses.getFirst().shapes().getFirst().readOnlyBlock();
  }

  /**
   * Why it may not be a part of a read-only transaction on a replica; empty when it may. Its begin
   * and its end are parts of it.
   */
  String doubtInReadOnly(Catalog catalog) {
    for (StatementAnalysis analysis : analyses) {
      StatementShape shape = analysis.shapes().getFirst();
      boolean border =
          analysis.shapes().size() == 1
              && (shape.readOnlyBlock()
                  || shape.kind() == StatementKind.COMMIT
                  || shape.kind() == StatementKind.ROLLBACK);
      String doubt = border ? "" : analysis.doubt(catalog);
      if (!doubt.isEmpty()) {
        return doubt;
      }
    }
    return "";
  }

  /** Has it the form of a read, whatever it calls? */
  boolean looksLikeRead() {
    return !analyses.isEmpty()
        && analyses.stream()
            .allMatch(
                analysis ->
                    analysis.shapes().size() == 1 && analysis.shapes().getFirst().mayRead());
  }

  /** What its leading comment asks for. */
  RouteHint hint() {
    return analyses.isEmpty() ? RouteHint.NONE : analyses.getFirst().hint();
  }

  /** The statement that it is told under: the first which is not control of a transaction. */
  Optional<StatementAnalysis> subject() {
    return Optional.ofNullable(subject);
  }

  /** Of the first comment that has some. */
  Tags tags() {
    return tags;
  }

  /** Text and values of the subject's first execution. */
  QueryCall call() {
    return switch (call) {
      case Part.Query query -> new SimpleCall(query.frame());
      case Part.Bind bind when bind.text() != null ->
          new BoundCall(bind.text(), bind.frame(), bind.nameEnd(), Math.max(1, executions));
      case null, default -> QueryCall.UNKNOWN;
    };
  }

  boolean has(StatementKind kind) {
    return shapes().stream().anyMatch(shape -> shape.kind() == kind);
  }

  List<StatementShape> shapes() {
    if (analyses.size() == 1) {
      return analyses.getFirst().shapes();
    }
    List<StatementShape> shapes = new ArrayList<>(2);
    analyses.forEach(analysis -> shapes.addAll(analysis.shapes()));
    return shapes;
  }
}
