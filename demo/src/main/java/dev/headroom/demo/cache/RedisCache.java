package dev.headroom.demo.cache;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Entries in Redis, a single server or a cluster. It connects in the background at the first use
 * and misses until then; a broken connection is Lettuce's to mend.
 */
public final class RedisCache implements Cache {
  private static final Logger LOG = System.getLogger(RedisCache.class.getName());
  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

  private final List<RedisURI> nodes;
  private final AtomicBoolean connecting = new AtomicBoolean();
  // Set once by the connecting thread, read by all.
  private volatile @Nullable Connected connected;
  private volatile boolean closed;

  private record Connected(
      AbstractRedisClient client,
      ClientResources resources,
      RedisClusterCommands<String, byte[]> commands) {}

  /** For {@code redis://host:port}, or several of a cluster separated by commas. */
  public RedisCache(String url) {
    this.nodes =
        Arrays.stream(url.split(","))
            .map(node -> RedisURI.create(node.strip()))
            .peek(node -> node.setTimeout(TIMEOUT))
            .toList();
  }

  @Override
  public Optional<byte[]> get(String key) {
    Connected now = connected();
    if (now == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(now.commands.get(key));
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "GET {0}: {1}", key, e.toString());
      return Optional.empty();
    }
  }

  @Override
  public void put(String key, byte[] value, Duration ttl) {
    Connected now = connected();
    if (now == null) {
      return;
    }
    try {
      now.commands.set(key, value, SetArgs.Builder.px(ttl));
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "SET {0}: {1}", key, e.toString());
    }
  }

  private @Nullable Connected connected() {
    Connected now = connected;
    if (now == null && !closed && connecting.compareAndSet(false, true)) {
      Thread.ofVirtual().name("redis-connect").start(this::connect);
    }
    return now;
  }

  private void connect() {
    ClientResources resources =
        ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    try {
      Connected made = isCluster(resources) ? cluster(resources) : single(resources);
      connected = made;
      if (closed) {
        end(made);
      }
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "no Redis at {0}: {1}", nodes.getFirst(), e.toString());
      resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
      connecting.set(false);
    }
  }

  private boolean isCluster(ClientResources resources) {
    RedisClient client = RedisClient.create(resources, nodes.getFirst());
    try (StatefulRedisConnection<String, String> probe = client.connect()) {
      return probe.sync().info("cluster").contains("cluster_enabled:1");
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
  }

  private Connected single(ClientResources resources) {
    RedisClient client = RedisClient.create(resources, nodes.getFirst());
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
            .build());
    return new Connected(client, resources, client.connect(CODEC).sync());
  }

  private Connected cluster(ClientResources resources) {
    RedisClusterClient client = RedisClusterClient.create(resources, nodes);
    client.setOptions(
        ClusterClientOptions.builder()
            .topologyRefreshOptions(
                ClusterTopologyRefreshOptions.builder()
                    .enablePeriodicRefresh(Duration.ofSeconds(10))
                    .build())
            .socketOptions(SocketOptions.builder().connectTimeout(Duration.ofSeconds(1)).build())
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
            .build());
    return new Connected(client, resources, client.connect(CODEC).sync());
  }

  private static void end(Connected connected) {
    connected.client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    connected.resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    closed = true;
    Connected now = connected;
    if (now != null) {
      end(now);
    }
  }
}
