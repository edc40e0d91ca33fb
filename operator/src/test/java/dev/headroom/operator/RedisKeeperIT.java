package dev.headroom.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import dev.headroom.engines.RedisServer;
import dev.headroom.shards.NodeAddress;
import dev.headroom.testing.Await;
import dev.headroom.testing.RedisExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real servers stand for pods; a pod that comes back is another server at another address. */
class RedisKeeperIT {
  private static final Duration SOON = Duration.ofSeconds(40);

  /* With a node timeout this long, a healing within seconds is not the cluster's own. */
  @RegisterExtension
  static final RedisExtension REDIS =
      RedisExtension.nodes(5).with(each -> each.withCluster(Duration.ofSeconds(15)));

  @Test
  void makesAClusterOfPodsAndKeepsItOneWhenOneComesBackElsewhere() {
    List<NodeAddress> all = addresses();
    List<NodeAddress> pods = all.subList(0, 4);
    try (ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        RedisKeeper keeper =
            new RedisKeeper("acme/tracker", batch -> {}, TimeSource.system(), scheduler)) {
      keeper.tend(pods.subList(0, 2), 4, 1);
      assertThat(keeper.finding().message()).isEqualTo("2 of 4 nodes run");

      keeper.tend(pods, 4, 1);
      Await.until(SOON, () -> keeper.finding().reason().equals("Running"));
      assertThat(keeper.finding())
          .isEqualTo(Finding.good(Finding.REDIS, "Running", "4 nodes, all slots served"));

      // The first is a master: its replica takes over as soon as its pod is gone.
      REDIS.servers().getFirst().kill();
      keeper.tend(pods.subList(1, 4), 4, 1);
      assertThat(keeper.finding().status()).isEqualTo(Finding.Status.UNKNOWN);

      List<NodeAddress> again = new ArrayList<>(pods.subList(1, 4));
      again.add(all.get(4));
      Await.until(
          SOON,
          () -> {
            keeper.tend(again, 4, 1);
            return keeper.finding().reason().equals("Running");
          });
    }
  }

  private static List<NodeAddress> addresses() {
    return REDIS.servers().stream()
        .map(RedisServer::settings)
        .map(settings -> new NodeAddress(settings.host(), settings.port()))
        .toList();
  }
}
