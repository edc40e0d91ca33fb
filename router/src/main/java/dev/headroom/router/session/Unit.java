package dev.headroom.router.session;

import dev.headroom.router.cluster.Catalog;
import dev.headroom.router.statement.SessionEffect;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.sql.StatementKind;
import dev.headroom.sql.StatementShape;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One simple query, or a pipeline of messages up to its Sync: what is routed as a whole. */
final class Unit {
  private final List<Part> parts = new ArrayList<>(6);
  private final Set<StatementAnalysis> analyses = new LinkedHashSet<>(2);
  private int bytes;
  private boolean extended;
  private boolean needsServer;

  void add(Part part, int size) {
    parts.add(part);
    bytes += size;
    switch (part) {
      case Part.Local local -> extended = true;
      case Part.Sync sync -> extended = true;
      case Part.Query query -> needsServer = true;
      default -> {
        extended = true;
        needsServer = true;
      }
    }
  }

  void about(StatementAnalysis analysis) {
    analyses.add(analysis);
  }

  List<Part> parts() {
    return parts;
  }

  /* For an open pipeline: what has been sent on is not kept. */
  void sent() {
    parts.clear();
  }

  Set<StatementAnalysis> analyses() {
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

  /** The statement that it is told under: the first which is not control of a transaction. */
  Optional<StatementAnalysis> subject() {
    StatementAnalysis first = null;
    for (StatementAnalysis analysis : analyses) {
      if (!SessionEffect.isControl(analysis.shapes().getFirst())) {
        return Optional.of(analysis);
      }
      first = first == null ? analysis : first;
    }
    return Optional.ofNullable(first);
  }

  boolean has(StatementKind kind) {
    return shapes().stream().anyMatch(shape -> shape.kind() == kind);
  }

  List<StatementShape> shapes() {
    List<StatementShape> shapes = new ArrayList<>(2);
    analyses.forEach(analysis -> shapes.addAll(analysis.shapes()));
    return shapes;
  }
}
