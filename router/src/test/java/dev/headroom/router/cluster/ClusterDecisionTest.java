package dev.headroom.router.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.Member;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is primary, by what the members say of themselves. */
class ClusterDecisionTest {
  private static final Member A = member("pg-a");
  private static final Member B = member("pg-b");
  private static final Member C = member("pg-c");

  private static Member member(String name) {
    return new Member(name, InetSocketAddress.createUnresolved(name, 5432));
  }

  private static MemberState writable(int timeline) {
    return new MemberState.Writable(new Position(timeline, 1000), Map.of());
  }

  private static MemberState replaying(int timeline) {
    return new MemberState.Replaying(new Position(timeline, 900), 0, Map.of());
  }

  private static ClusterView after(ClusterView before, Map<Member, MemberState> states) {
    return Cluster.decide(before, states);
  }

  @Test
  void oneWritableMemberIsThePrimary() {
    ClusterView view = after(ClusterView.UNKNOWN, Map.of(A, writable(1), B, replaying(1)));
    assertThat(view.primary()).contains(A);
    assertThat(view.replicas()).containsExactly(B);
    assertThat(view.trouble()).isEmpty();
  }

  /* A partition healed, and both sides think they are it: nobody can tell who is right. */
  @Test
  void twoWritableMembersOnOneTimelineGetNoWrites() {
    ClusterView before = after(ClusterView.UNKNOWN, Map.of(A, writable(3), B, replaying(3)));
    ClusterView view = after(before, Map.of(A, writable(3), B, writable(3), C, replaying(3)));
    assertThat(view.primary()).isEmpty();
    assertThat(view.replicas()).containsExactly(C);
    assertThat(view.trouble())
        .contains("two servers take writes on timeline 3")
        .contains("pg-a, pg-b")
        .contains("stop the one");
    ClusterView healed = after(view, Map.of(A, writable(3), B, replaying(3)));
    assertThat(healed.primary()).contains(A);
  }

  @Test
  void theNewerTimelineWins() {
    ClusterView before = after(ClusterView.UNKNOWN, Map.of(A, writable(1), B, replaying(1)));
    ClusterView view = after(before, Map.of(A, writable(1), B, writable(2)));
    assertThat(view.primary()).contains(B);
    assertThat(view.timeline()).isEqualTo(2);
    assertThat(view.promotedAt()).isEqualTo(1000);
  }

  /* The old primary comes back after a failover, while the new one is away. */
  @Test
  void anOlderTimelineGetsNoWrites() {
    ClusterView before = after(ClusterView.UNKNOWN, Map.of(B, writable(2)));
    ClusterView view =
        after(before, Map.of(A, writable(1), B, new MemberState.Away("no route to host")));
    assertThat(view.primary()).isEmpty();
    assertThat(view.trouble()).contains("pg-a").contains("older than 2");
  }

  @Test
  void whyThereIsNoneIsSaid() {
    ClusterView view =
        after(
            ClusterView.UNKNOWN,
            Map.of(A, new MemberState.Away("connection refused"), B, replaying(1)));
    assertThat(view.primary()).isEqualTo(Optional.empty());
    assertThat(view.trouble())
        .isEqualTo("no server takes writes: pg-a connection refused; pg-b is a replica");
    assertThat(after(ClusterView.UNKNOWN, Map.of()).trouble()).contains("none is known");
    assertThat(List.of(view.replicas())).isNotEmpty();
  }
}
