package dev.headroom.router.cluster;

import dev.headroom.router.Member;
import java.util.Map;

/** What is known of a member at one moment. */
public sealed interface MemberState {

  /** Not known, or known to be out of reach. */
  record Away(String reason) implements MemberState {}

  /**
   * Takes writes.
   *
   * @param position where its log was when it was last asked
   */
  record Writable(Position position, Map<String, String> parameters) implements MemberState {}

  /**
   * In recovery.
   *
   * @param position a lower bound of what it has replayed; timeline 0 when it cannot be told
   * @param secondsBehind age of the last transaction it has replayed; means nothing while it has
   *     replayed all
   */
  record Replaying(Position position, double secondsBehind, Map<String, String> parameters)
      implements MemberState {}

  /** A member and its state. */
  record Of(Member member, MemberState state) {}
}
