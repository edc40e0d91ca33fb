package dev.headroom.shards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.Health;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverTest {
  private static final NodeAddress DEAD = at(0);
  private static final List<SlotRange> SLOTS = List.of(new SlotRange(0, 5460));

  /* 7000, 7001, 7002 own slots; 7003 and 7006 follow 7000. */
  private static final String NODES =
      """
      m0 127.0.0.1:7000@17000 master - 0 0 1 connected 0-5460
      m1 127.0.0.1:7001@17001 master - 0 0 2 connected 5461-10922
      m2 127.0.0.1:7002@17002 master - 0 0 3 connected 10923-16383
      r3 127.0.0.1:7003@17003 slave m0 0 0 1 connected
      r6 127.0.0.1:7006@17006 slave m0 0 0 1 connected
      """;

  @Test
  void theReplicaThatHasTakenInMostInherits() {
    List<Observation> others =
        List.of(seen(1, "m1", 500), seen(2, "m2", 500), seen(3, "r3", 90), seen(6, "r6", 100));

    ClusterNode owner = Failover.deadOwner(DEAD, others).orElseThrow();
    assertThat(Failover.plan(owner, others)).contains(new Failover.Plan(at(6), SLOTS, true));
  }

  @Test
  void withMostMastersDeadThereIsNobodyToVote() {
    List<Observation> others =
        List.of(seen(1, "m1", 500), Observation.silent(at(2), "refused"), seen(3, "r3", 90));

    ClusterNode owner = Failover.deadOwner(DEAD, others).orElseThrow();
    assertThat(Failover.plan(owner, others)).contains(new Failover.Plan(at(3), SLOTS, false));
  }

  @Test
  void withoutAReplicaThereIsNoHeir() {
    List<Observation> others =
        List.of(seen(1, "m1", 500), seen(2, "m2", 500), Observation.silent(at(3), "refused"));

    ClusterNode owner = Failover.deadOwner(DEAD, others).orElseThrow();
    assertThat(Failover.plan(owner, others)).isEmpty();
  }

  @Test
  void aDeadReplicaNeedsNoHeir() {
    assertThat(Failover.deadOwner(at(3), List.of(seen(1, "m1", 500)))).isEmpty();
  }

  @Test
  void theViewSaysWhatIsMissing() {
    List<Observation> observations = new ArrayList<>();
    observations.add(seen(0, "m0", 500));
    observations.add(seen(1, "m1", 500));
    observations.add(seen(2, "m2", 500));
    observations.add(seen(3, "r3", 500));
    assertThat(ClusterView.of(observations).health()).isEqualTo(Health.up());

    observations.set(3, Observation.silent(at(3), "Connection refused"));
    ClusterView withoutReplica = ClusterView.of(observations);
    assertThat(withoutReplica.health())
        .isEqualTo(
            Health.degraded("not every node is up: 127.0.0.1:7003 down (Connection refused)"));
    assertThat(withoutReplica.at(at(3)).orElseThrow().master()).contains(at(0));

    observations.set(0, Observation.silent(at(0), "Connection refused"));
    ClusterView withoutShard = ClusterView.of(observations);
    assertThat(withoutShard.health()).isInstanceOf(Health.Down.class);
    assertThat(((Health.Down) withoutShard.health()).reason())
        .startsWith("slots 0-5460 are served by nobody: 127.0.0.1:7000 down");
  }

  private static NodeAddress at(int number) {
    return new NodeAddress("127.0.0.1", 7000 + number);
  }

  private static Observation seen(int number, String id, long offset) {
    String table = NODES.replaceFirst("(?m)^(" + id + " \\S+) ", "$1 myself,");
    return Observation.of(
        at(number),
        ClusterTable.parse(table),
        ServerInfo.parse("role:master\nslave_repl_offset:" + offset));
  }
}
