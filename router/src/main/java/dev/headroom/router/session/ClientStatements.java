package dev.headroom.router.session;

import dev.headroom.router.pool.PreparedText;
import dev.headroom.router.statement.Tags;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prepared statements and portals of one client, by the names that the client gave them. */
final class ClientStatements {

  /** A statement that a client has prepared. */
  static final class Prepared {
    private PreparedText text;
    private Tags tags;

    private Prepared(PreparedText text, Tags tags) {
      this.text = text;
      this.tags = tags;
    }

    PreparedText text() {
      return text;
    }

    /** Of its comment; the trace only for who asks first. */
    Tags takeTags() {
      Tags taken = tags;
      tags = tags.again();
      return taken;
    }
  }

  private final Map<String, Prepared> statements = new HashMap<>();
  private final Map<String, Prepared> portals = new HashMap<>();

  void prepared(String name, PreparedText text, Tags tags) {
    statements.put(name, new Prepared(text, tags));
  }

  /** What servers have of {@code old} is outdated. */
  void replace(PreparedText old, PreparedText renewed) {
    for (Prepared statement : statements.values()) {
      if (statement.text.equals(old)) {
        statement.text = renewed;
      }
    }
  }

  /** Null for one that was never prepared by Parse. */
  @Nullable Prepared statement(String name) {
    return statements.get(name);
  }

  boolean has(String name) {
    return statements.containsKey(name);
  }

  /** False when there was none. */
  boolean forget(String name) {
    return statements.remove(name) != null;
  }

  void forgetAll() {
    statements.clear();
  }

  /** {@code statement} is null when what is bound is not known here. */
  void bound(String portal, @Nullable Prepared statement) {
    if (statement == null) {
      portals.remove(portal);
    } else {
      portals.put(portal, statement);
    }
  }

  /** Are there portals that live on beyond their unit? */
  boolean hasNamedPortals() {
    return portals.keySet().stream().anyMatch(name -> !name.isEmpty());
  }

  @Nullable Prepared portal(String name) {
    return portals.get(name);
  }

  /** The transaction is over, and its portals with it. */
  void forgetPortals() {
    portals.clear();
  }
}
