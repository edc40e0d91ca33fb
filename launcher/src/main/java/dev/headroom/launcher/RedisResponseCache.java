package dev.headroom.launcher;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.gateway.SharedCache;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Cached responses in Redis Cluster. Connects when it can: until then, and while Redis is away,
 * every call fails at once, and the gateway goes on without it.
 */
final class RedisResponseCache implements SharedCache, Component {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration REFRESH = Duration.ofSeconds(15);
  private static final int MOST_WAITING = 10_000;

  private final RedisClusterClient client;
  private final CompletableFuture<StatefulRedisClusterConnection<String, byte[]>> connection =
      new CompletableFuture<>();
  private final Thread connector;

  private RedisResponseCache(List<RedisURI> nodes) {
    client = RedisClusterClient.create(nodes);
    client.setOptions(
        ClusterClientOptions.builder()
            .topologyRefreshOptions(
                ClusterTopologyRefreshOptions.builder().enablePeriodicRefresh(REFRESH).build())
            // What cannot be asked now is not worth waiting for: it is a cache.
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(MOST_WAITING)
            .socketOptions(SocketOptions.builder().connectTimeout(PATIENCE).build())
            .timeoutOptions(TimeoutOptions.enabled(PATIENCE))
            .build());
    connector = Thread.ofVirtual().name("redis response cache").unstarted(this::connect);
  }

  /** Connects from here on, as often as it takes. */
  static RedisResponseCache start(List<String> urls) {
    RedisResponseCache cache = new RedisResponseCache(urls.stream().map(RedisURI::create).toList());
    cache.connector.start();
    return cache;
  }

  private void connect() {
    while (!connection.isDone() && !Thread.currentThread().isInterrupted()) {
      try {
        connection.complete(
            client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE)));
      } catch (io.lettuce.core.RedisException e) {
        try {
          Thread.sleep(PATIENCE);
        } catch (InterruptedException interrupted) {
          return; // Closed.
        }
      }
    }
  }

  private @Nullable StatefulRedisClusterConnection<String, byte[]> connected() {
    return connection.getNow(null);
  }

  @Override
  public CompletionStage<List<Optional<byte[]>>> get(List<String> keys) {
    var redis = connected();
    if (redis == null) {
      return CompletableFuture.failedFuture(new IllegalStateException("not connected"));
    }
    List<CompletableFuture<Optional<byte[]>>> values =
        keys.stream()
            .map(
                key -> redis.async().get(key).toCompletableFuture().thenApply(Optional::ofNullable))
            .toList();
    return CompletableFuture.allOf(values.toArray(CompletableFuture[]::new))
        .thenApply(done -> values.stream().map(CompletableFuture::join).toList());
  }

  @Override
  public CompletionStage<?> put(String key, byte[] value, Duration life) {
    var redis = connected();
    return redis == null
        ? CompletableFuture.failedFuture(new IllegalStateException("not connected"))
        : redis.async().set(key, value, SetArgs.Builder.px(life));
  }

  @Override
  public String name() {
    return "response-cache";
  }

  @Override
  public Health check() {
    return connected() == null
        ? Health.degraded("Redis is not connected; responses are kept in memory only")
        : Health.up();
  }

  @Override
  public void close() {
    connector.interrupt();
    client.shutdown(Duration.ZERO, PATIENCE);
  }
}
