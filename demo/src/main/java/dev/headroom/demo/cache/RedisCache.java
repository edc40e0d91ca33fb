package dev.headroom.demo.cache;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * Entries in Redis, a single server or a cluster. It connects in the background at the first use
 * and misses until then; a broken connection is Jedis's to mend.
 */
public final class RedisCache implements Cache {
  private static final Logger LOG = System.getLogger(RedisCache.class.getName());
  private static final int CONNECT_MILLIS = 1000;
  private static final int ANSWER_MILLIS = 500;
  private static final int CONNECTIONS_PER_NODE = 4;

  private final List<HostAndPort> nodes;
  private final JedisClientConfig config;
  private final AtomicBoolean connecting = new AtomicBoolean();
  // Set once by the connecting thread, read by all.
  private volatile @Nullable UnifiedJedis connected;
  private volatile boolean closed;

  /** For {@code redis://[user:password@]host:port}, or several of a cluster separated by commas. */
  public RedisCache(String url) {
    List<URI> uris = Arrays.stream(url.split(",")).map(node -> URI.create(node.strip())).toList();
    this.nodes = uris.stream().map(uri -> new HostAndPort(uri.getHost(), uri.getPort())).toList();
    this.config =
        DefaultJedisClientConfig.builder(uris.getFirst())
            .connectionTimeoutMillis(CONNECT_MILLIS)
            .socketTimeoutMillis(ANSWER_MILLIS)
            .build();
  }

  @Override
  public Optional<byte[]> get(String key) {
    UnifiedJedis redis = connected();
    if (redis == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(redis.get(bytes(key)));
    } catch (JedisException e) {
      LOG.log(Level.DEBUG, "GET {0}: {1}", key, e.toString());
      return Optional.empty();
    }
  }

  @Override
  public void put(String key, byte[] value, Duration ttl) {
    UnifiedJedis redis = connected();
    if (redis == null) {
      return;
    }
    try {
      redis.set(bytes(key), value, SetParams.setParams().px(ttl.toMillis()));
    } catch (JedisException e) {
      LOG.log(Level.DEBUG, "SET {0}: {1}", key, e.toString());
    }
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  private @Nullable UnifiedJedis connected() {
    UnifiedJedis redis = connected;
    if (redis == null && !closed && connecting.compareAndSet(false, true)) {
      Thread.ofVirtual().name("redis-connect").start(this::connect);
    }
    return redis;
  }

  private void connect() {
    try {
      UnifiedJedis made = isCluster() ? cluster() : single();
      connected = made;
      if (closed) {
        made.close();
      }
    } catch (JedisException e) {
      LOG.log(Level.WARNING, "no Redis at {0}: {1}", nodes.getFirst(), e.toString());
      connecting.set(false);
    }
  }

  private boolean isCluster() {
    try (Jedis probe = new Jedis(nodes.getFirst(), config)) {
      return probe.info("cluster").contains("cluster_enabled:1");
    }
  }

  private UnifiedJedis single() {
    return RedisClient.builder()
        .hostAndPort(nodes.getFirst())
        .clientConfig(config)
        .poolConfig(pool())
        .build();
  }

  private UnifiedJedis cluster() {
    return RedisClusterClient.builder()
        .nodes(nodes.stream().collect(Collectors.toUnmodifiableSet()))
        .clientConfig(config)
        .poolConfig(pool())
        .topologyRefreshPeriod(Duration.ofSeconds(10))
        .maxAttempts(2)
        .build();
  }

  private static ConnectionPoolConfig pool() {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(CONNECTIONS_PER_NODE);
    pool.setMaxIdle(CONNECTIONS_PER_NODE);
    pool.setMaxWait(Duration.ofMillis(ANSWER_MILLIS));
    pool.setJmxEnabled(false);
    return pool;
  }

  @Override
  public void close() {
    closed = true;
    UnifiedJedis redis = connected;
    if (redis != null) {
      redis.close();
    }
  }
}
