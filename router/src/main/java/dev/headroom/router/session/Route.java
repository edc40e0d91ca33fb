package dev.headroom.router.session;

import dev.headroom.router.Member;
import org.jspecify.annotations.Nullable;

/**
 * Where a unit goes.
 *
 * @param replica null: the primary
 * @param provenRead may it run a second time without harm?
 * @param reason in few words, so that routes can be counted by it
 */
record Route(@Nullable Member replica, boolean provenRead, String reason) {

  boolean toReplica() {
    return replica != null;
  }

  static Route primary(String reason) {
    return new Route(null, false, reason);
  }
}
