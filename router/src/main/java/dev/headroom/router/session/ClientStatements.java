package dev.headroom.router.session;

import dev.headroom.router.pool.PreparedText;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prepared statements and portals of one client, by the names that the client gave them. */
final class ClientStatements {
  private final Map<String, PreparedText> statements = new HashMap<>();
  private final Map<String, PreparedText> portals = new HashMap<>();

  void prepared(String name, PreparedText text) {
    statements.put(name, text);
  }

  /** Null for one that was never prepared by Parse. */
  @Nullable PreparedText statement(String name) {
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

  /** {@code text} is null when what is bound is not known here. */
  void bound(String portal, @Nullable PreparedText text) {
    if (text == null) {
      portals.remove(portal);
    } else {
      portals.put(portal, text);
    }
  }

  @Nullable PreparedText portal(String name) {
    return portals.get(name);
  }

  /** The transaction is over, and its portals with it. */
  void forgetPortals() {
    portals.clear();
  }
}
