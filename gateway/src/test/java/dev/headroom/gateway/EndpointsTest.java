package dev.headroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the gateway tells of its replicas and limits, and replicas that are taken out by hand. */
@Timeout(60)
class EndpointsTest {
  private final TestGateways gateways = new TestGateways();
  private final RawUpstream first = gateways.upstream(request -> request.ok("first"));
  private final RawUpstream second = gateways.upstream(request -> request.ok("second"));

  @AfterEach
  void close() throws Exception {
    gateways.close();
  }

  private static Map<String, Long> answers(RawClient client) throws Exception {
    List<String> bodies = new java.util.ArrayList<>();
    for (int i = 0; i < 60; i++) {
      bodies.add(client.get("/").body());
    }
    return bodies.stream().collect(Collectors.groupingBy(each -> each, Collectors.counting()));
  }

  @Test
  void a_replica_that_is_drained_by_hand_gets_nothing_until_it_is_resumed() throws Exception {
    Gateway gateway = gateways.start("balance: round-robin", first, second);
    RawClient client = gateways.client(gateway);
    assertThat(answers(client)).containsOnlyKeys("first", "second");

    assertThat(gateway.drain("web-0")).isTrue();
    gateway.drained("web-0").get(5, TimeUnit.SECONDS);
    assertThat(answers(client)).containsOnlyKeys("second");
    // Whoever manages the replicas does not know of it.
    gateway.replicas("web", List.of(first.replica("web-0"), second.replica("web-1")));
    assertThat(answers(client)).containsOnlyKeys("second");
    assertThat(gateway.endpoints())
        .filteredOn(ReplicaStatus::held)
        .extracting(ReplicaStatus::instance, ReplicaStatus::state)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("web-0", "draining"));

    assertThat(gateway.resume("web-0")).isTrue();
    assertThat(answers(client)).containsOnlyKeys("first", "second");
    assertThat(gateway.endpoints())
        .extracting(ReplicaStatus::instance, ReplicaStatus::held, ReplicaStatus::running)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("web-0", false, 0),
            org.assertj.core.groups.Tuple.tuple("web-1", false, 0));
    assertThat(gateway.drain("web-7")).isFalse();
    assertThat(gateway.resume("web-7")).isFalse();
  }

  @Test
  void a_name_that_comes_again_is_not_held_any_more() throws Exception {
    Gateway gateway = gateways.start("balance: round-robin", first, second);
    RawClient client = gateways.client(gateway);
    gateway.drain("web-0");
    gateway.replicas("web", List.of(second.replica("web-1")));
    gateway.replicas("web", List.of(first.replica("web-0"), second.replica("web-1")));

    assertThat(answers(client)).containsOnlyKeys("first", "second");
  }

  @Test
  void limits_are_told_with_who_is_refused() throws Exception {
    Gateway gateway = gateways.start("rateLimits: [{name: a, key: ip, requests: 1/h}]", first);
    RawClient client = gateways.client(gateway);
    for (int i = 0; i < 5; i++) {
      client.get("/");
    }

    // The worst are gathered every five seconds.
    TestGateways.await(() -> !gateway.limits().getFirst().offenders().isEmpty());
    assertThat(gateway.limits())
        .containsExactly(
            new LimitStatus("a", false, 1, List.of(new LimitStatus.Offender("ip:127.0.0.1", 4))));
  }

  @Test
  void requests_are_told_under_the_names_of_the_application() throws Exception {
    Gateway gateway = gateways.start("", first);
    RawClient client = gateways.client(gateway);
    client.get("/users/ada");
    TestGateways.await(() -> gateways.exchanges.size() == 1);
    gateway.learnRoute("/users/{name}");
    client.get("/users/bob?x=1");
    TestGateways.await(() -> gateways.exchanges.size() == 2);

    assertThat(gateways.exchanges)
        .extracting(exchange -> exchange.route())
        .containsExactly("/users/ada", "/users/{name}");
  }
}
