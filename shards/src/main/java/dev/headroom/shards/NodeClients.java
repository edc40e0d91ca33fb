package dev.headroom.shards;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One connection to each node, opened when it is needed and again when it broke. Thread-safe. */
final class NodeClients implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final int QUEUED_COMMANDS = 64;
  private static final int THREADS = 2;

  private final Optional<String> password;
  private final ClientResources resources;
  private final RedisClient client;
  private final Map<NodeAddress, Slot> slots = new ConcurrentHashMap<>();

  NodeClients(Optional<String> password) {
    this.password = password;
    this.resources =
        DefaultClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .commandLatencyRecorder(CommandLatencyRecorder.disabled())
            .build();
    this.client = RedisClient.create(resources);
    client.setOptions(
        ClientOptions.builder()
            // A broken connection is a finding here, not something to wait out.
            .autoReconnect(false)
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(QUEUED_COMMANDS)
            .socketOptions(SocketOptions.builder().connectTimeout(PATIENCE).build())
            .timeoutOptions(TimeoutOptions.enabled(PATIENCE))
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .build());
  }

  /**
   * Asks or tells the node at {@code address}.
   *
   * @throws RedisCommandExecutionException when the node refuses
   * @throws RedisException when it cannot be reached
   */
  <T> T call(NodeAddress address, Function<RedisCommands<String, String>, T> command) {
    return slots.computeIfAbsent(address, Slot::new).call(command);
  }

  /** What {@code address} says now. */
  Observation observe(NodeAddress address) {
    try {
      return call(
          address,
          redis ->
              Observation.of(
                  address,
                  ClusterTable.parse(redis.clusterNodes()),
                  ServerInfo.parse(redis.info(), redis.clusterInfo())));
    } catch (RedisException e) {
      return Observation.silent(address, rootMessage(e));
    }
  }

  /** What all of {@code addresses} say now, asked at the same time, in their order. */
  List<Observation> observe(List<NodeAddress> addresses) {
    List<Future<Observation>> asked;
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      asked = addresses.stream().map(address -> each.submit(() -> observe(address))).toList();
    }
    return asked.stream().map(Future::resultNow).toList();
  }

  /* Lettuce says "Unable to connect to ..." and keeps the reason as the cause. */
  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  @Override
  public void close() {
    slots.values().forEach(Slot::drop);
    client.shutdown(0, 1, TimeUnit.SECONDS);
    resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  private final class Slot {
    private final RedisURI uri;
    private @Nullable StatefulRedisConnection<String, String> connection;

    Slot(NodeAddress address) {
      RedisURI.Builder builder =
          RedisURI.builder()
              .withHost(address.host())
              .withPort(address.port())
              .withTimeout(PATIENCE);
      password.ifPresent(word -> builder.withPassword(word.toCharArray()));
      this.uri = builder.build();
    }

    <T> T call(Function<RedisCommands<String, String>, T> command) {
      StatefulRedisConnection<String, String> open = open();
      try {
        return command.apply(open.sync());
      } catch (RedisCommandExecutionException e) {
        throw e;
      } catch (RedisException e) {
        drop();
        throw e;
      }
    }

    private synchronized StatefulRedisConnection<String, String> open() {
      StatefulRedisConnection<String, String> open = connection;
      if (open == null || !open.isOpen()) {
        drop();
        open = client.connect(StringCodec.UTF8, uri);
        connection = open;
      }
      return open;
    }

    synchronized void drop() {
      if (connection != null && connection.isOpen()) {
        var _ = connection.closeAsync();
      }
      connection = null;
    }
  }
}
