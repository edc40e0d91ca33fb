package dev.headroom.router.cluster;

import dev.headroom.router.Member;
import java.util.List;
import java.util.Optional;

/**
 * Who takes writes, decided from all members' states.
 *
 * @param primary nobody while there is none, or while two claim the same timeline
 * @param timeline the highest that a primary has shown
 * @param promotedAt the primary's position when this timeline was first seen: what older timelines
 *     have in common with it lies before
 * @param trouble why there is no primary; empty when there is one
 */
public record ClusterView(
    Optional<Member> primary,
    int timeline,
    long promotedAt,
    List<Member> replicas,
    String trouble) {

  static final ClusterView UNKNOWN =
      new ClusterView(Optional.empty(), 0, 0, List.of(), "no member has answered yet");

  public ClusterView {
    replicas = List.copyOf(replicas);
  }
}
