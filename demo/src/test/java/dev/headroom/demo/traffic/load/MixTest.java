package dev.headroom.demo.traffic.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class MixTest {
  private final Mix mix = new Mix();

  private double share(Predicate<Endpoint> which) {
    return Endpoint.ALL.stream().filter(which).mapToDouble(mix::share).sum();
  }

  @Test
  void readsAreSevenEighthsOfTheRequests() {
    double writes = share(Endpoint::write);
    double readBack = share(Endpoint::readable) * Mix.READ_BACK;
    assertThat(writes / (1 + readBack)).isBetween(0.11, 0.14);
    assertThat(mix.requestsPerArrival()).isCloseTo(1 + readBack * 0.95, within(1e-9));
  }

  @Test
  void whatIsHeavyIsRare() {
    assertThat(share(Endpoint::heavy)).isBetween(0.01, 0.04);
  }

  @Test
  void picksFollowTheShares() {
    SplittableRandom random = new SplittableRandom(5);
    Map<Endpoint, Integer> counts = new EnumMap<>(Endpoint.class);
    for (int i = 0; i < 200_000; i++) {
      counts.merge(mix.pick(random), 1, Integer::sum);
    }
    for (Endpoint endpoint : Endpoint.ALL) {
      assertThat(counts.getOrDefault(endpoint, 0) / 200_000.0)
          .as(endpoint.label())
          .isCloseTo(mix.share(endpoint), within(0.004));
    }
    assertThat(counts).doesNotContainKeys(Endpoint.LOGIN, Endpoint.LIVE);
  }

  @Test
  void pathsCarryTheirId() {
    assertThat(Endpoint.COMMENTS.path(17)).isEqualTo("/api/issues/17/comments");
    assertThat(Endpoint.BOARD.path(3)).isEqualTo("/api/boards/3");
    assertThat(Endpoint.CREATE_ISSUE.label()).isEqualTo("POST /api/projects/{projectId}/issues");
  }
}
