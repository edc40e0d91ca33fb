package dev.headroom.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.gateway.Replica;
import dev.headroom.spec.GatewaySpec.Balance;
import dev.headroom.spec.HealthSpec;
import dev.headroom.testing.FakeTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterTest {
  // Nothing listens on port 1, and nobody asks twice within the test.
  private static final HealthSpec HEALTH =
      new HealthSpec("/healthz", Duration.ofHours(1), Duration.ofSeconds(1), 1, 3);

  private final FakeTime time = new FakeTime();
  private final SplittableRandom random = new SplittableRandom(1);
  private final Cluster cluster =
      new Cluster("web", HEALTH, Balance.PEAK_EWMA, time, (upstream, duration) -> {});

  @AfterEach
  void close() {
    cluster.close();
  }

  private static Replica replica(int number) {
    return new Replica("web-" + number, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
  }

  private Upstream begin(Upstream... tried) {
    return Objects.requireNonNull(cluster.begin(List.of(tried), random, 0));
  }

  @Test
  void nobody_is_there() {
    assertThat(cluster.begin(List.of(), random, 0)).isNull();
    assertThat(cluster.drained("web-0")).isNull();
  }

  @Test
  void a_replica_gets_no_more_than_its_limit() {
    cluster.replicas(List.of(replica(0), replica(1)));
    for (int i = 0; i < 2 * ConcurrencyLimit.MOST; i++) {
      begin();
    }
    assertThat(cluster.begin(List.of(), random, 0)).isNull();
    Upstream one = cluster.upstreams().getFirst();
    one.answerBegan();
    assertThat(begin()).as("the one with room").isSameAs(one);
    cluster.apply(HEALTH, Balance.PEAK_EWMA, 0.2, false);
    assertThat(begin()).as("unlimited").isNotNull();
  }

  @Test
  void what_failed_for_a_request_is_not_asked_again_while_there_are_others() {
    cluster.replicas(List.of(replica(0), replica(1), replica(2)));
    Upstream first = begin();
    Upstream second = begin(first);
    Upstream third = begin(first, second);
    assertThat(Set.of(first, second, third)).hasSize(3);
    assertThat(begin(first, second, third)).isIn(first, second, third);
  }

  @Test
  void a_suspect_is_avoided_while_others_are_healthy() {
    cluster.replicas(List.of(replica(0), replica(1)));
    List<Upstream> all = cluster.upstreams();
    all.forEach(upstream -> upstream.checked(true, 1, 3));
    cluster.suspect(all.get(0));

    Set<Upstream> chosen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      Upstream upstream = begin();
      chosen.add(upstream);
      upstream.end(0);
    }
    assertThat(chosen).containsExactly(all.get(1));
    cluster.suspect(all.get(1));
    chosen.clear();
    for (int i = 0; i < 100; i++) {
      Upstream upstream = begin();
      chosen.add(upstream);
      upstream.end(0);
    }
    assertThat(chosen).as("all suspect: all are tried").hasSize(2);
  }

  @Test
  void a_removed_replica_drains() {
    cluster.replicas(List.of(replica(0)));
    Upstream upstream = begin();
    CompletableFuture<Void> early = Objects.requireNonNull(cluster.drained("web-0"));

    assertThat(cluster.replicas(List.of(replica(1)))).containsExactly(upstream);
    CompletableFuture<Void> late = Objects.requireNonNull(cluster.drained("web-0"));
    assertThat(begin().instance()).isEqualTo("web-1");
    assertThat(cluster.upstreams()).hasSize(2);
    assertThat(early).isNotDone();
    assertThat(late).isNotDone();

    upstream.end(time.nanoTime());
    assertThat(early).isCompleted();
    assertThat(late).isCompleted();
    assertThat(cluster.upstreams()).hasSize(1);
    assertThat(upstream.begin(false, 0)).isFalse();
  }

  @Test
  void who_stays_keeps_its_history() {
    cluster.replicas(List.of(replica(0)));
    Upstream before = begin();
    cluster.replicas(List.of(replica(0), replica(1)));
    assertThat(cluster.upstreams()).contains(before).hasSize(2);
    assertThat(cluster.drained("web-1")).isNotDone();
  }

  @Test
  void health_rises_and_falls() {
    HealthState health = new HealthState();
    assertThat(health.verdict()).isEqualTo(HealthState.Verdict.UNKNOWN);
    assertThat(health.checked(true, 2, 3)).isFalse();
    assertThat(health.checked(true, 2, 3)).isTrue();
    assertThat(health.verdict()).isEqualTo(HealthState.Verdict.HEALTHY);
    assertThat(health.checked(false, 2, 3)).isFalse();
    assertThat(health.checked(false, 2, 3)).isFalse();
    assertThat(health.checked(true, 2, 3)).isFalse();
    assertThat(health.checked(false, 2, 3)).isFalse();
    assertThat(health.checked(false, 2, 3)).isFalse();
    assertThat(health.checked(false, 2, 3)).isTrue();
    assertThat(health.verdict()).isEqualTo(HealthState.Verdict.UNHEALTHY);
    assertThat(health.checked(true, 2, 3)).isFalse();
    assertThat(health.checked(true, 2, 3)).isTrue();
  }

  private static final int FAILURES = 5;

  private void fail(Upstream upstream) {
    for (int i = 0; i < FAILURES; i++) {
      cluster.failed(upstream);
    }
  }

  private void end(Upstream upstream) {
    upstream.end(time.nanoTime());
  }

  @Test
  void five_failures_in_a_row_take_a_replica_out_for_a_while() {
    cluster.replicas(List.of(replica(0), replica(1), replica(2)));
    Upstream bad = begin();
    for (int i = 0; i < FAILURES - 1; i++) {
      cluster.failed(bad);
    }
    bad.succeeded();
    cluster.failed(bad);
    assertThat(bad.isEjected(time.nanoTime())).as("not in a row").isFalse();
    fail(bad);
    assertThat(bad.state(time.nanoTime())).isEqualTo("ejected");
    for (int i = 0; i < 100; i++) {
      Upstream chosen = begin();
      assertThat(chosen).isNotSameAs(bad);
      end(chosen);
    }
    Upstream next = begin();
    fail(next);
    assertThat(next.isEjected(time.nanoTime()))
        .as("one of three is out, so the fault is rather the application's")
        .isFalse();

    time.advance(Duration.ofSeconds(30));

    boolean back = false;
    for (int i = 0; i < 100; i++) {
      Upstream chosen = begin();
      back |= chosen == bad;
      end(chosen);
    }
    assertThat(back).isTrue();
    fail(bad);
    time.advance(Duration.ofSeconds(59));
    assertThat(bad.isEjected(time.nanoTime())).as("longer the second time").isTrue();
    time.advance(Duration.ofSeconds(1));
    assertThat(bad.isEjected(time.nanoTime())).isFalse();
  }

  @Test
  void a_token_finds_its_replica_while_that_is_fit() {
    cluster.replicas(List.of(replica(0), replica(1)));
    Upstream first = begin();
    assertThat(cluster.beginAt(first.token(), List.of())).isSameAs(first);
    assertThat(cluster.beginAt(first.token(), List.of(first))).isNull();
    assertThat(cluster.beginAt("0123456789abcdef", List.of())).isNull();
    cluster.replicas(List.of(replica(1)));
    assertThat(first.token()).hasSize(16);
  }
}
