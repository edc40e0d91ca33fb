package dev.headroom.gateway.proxy;

import dev.headroom.gateway.identity.TokenCache;
import dev.headroom.gateway.upstream.Upstream;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One event loop with all that belongs to it: its clients, its idle upstream connections (last used
 * first, so that few stay warm and the others age), its time-outs. Used on its own thread only.
 */
// A write or close that fails ends the channel, and channelInactive tells of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class Loop {
  private static final int MAX_REFRESHES = 256;

  private final EventLoop executor;
  private final Edge edge;
  private final RandomGenerator random;
  private final Map<Upstream, Deque<UpstreamConnection>> idle = new HashMap<>();
  private final TokenCache tokens = new TokenCache();
  private final Set<ClientConnection> clients = new HashSet<>();
  private final Set<ProxyExchange> refreshes = new HashSet<>();

  Loop(EventLoop executor, Edge edge, RandomGenerator random) {
    this.executor = executor;
    this.edge = edge;
    this.random = random;
  }

  /** Looks for what has waited too long, from now on. */
  void watch(Duration every) {
    var _ =
        executor.scheduleWithFixedDelay(
            this::sweep, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  Edge edge() {
    return edge;
  }

  Settings settings() {
    return edge.settings();
  }

  TokenCache tokens() {
    return tokens;
  }

  ByteBufAllocator allocator() {
    return PooledByteBufAllocator.DEFAULT;
  }

  /** Runs it here, later. Callable from any thread. */
  void execute(Runnable task) {
    executor.execute(task);
  }

  RandomGenerator random() {
    return random;
  }

  long now() {
    return edge.time().nanoTime();
  }

  void add(ClientConnection client) {
    clients.add(client);
  }

  void remove(ClientConnection client) {
    clients.remove(client);
  }

  /** Fetches anew, with no client waiting, what this one is answered from the cache with. */
  void refresh(ClientSide answered) {
    if (refreshes.size() >= MAX_REFRESHES) {
      return; // The next request for it may try.
    }
    AtomicReference<ProxyExchange> exchange = new AtomicReference<>();
    RefreshSide side = new RefreshSide(answered, () -> refreshes.remove(exchange.get()));
    ProxyExchange started = new ProxyExchange(side, this, now());
    exchange.set(started);
    refreshes.add(started);
    started.start();
  }

  /** An idle connection to the replica; null when there is none. */
  @Nullable UpstreamConnection take(Upstream upstream) {
    Deque<UpstreamConnection> stack = idle.get(upstream);
    if (stack == null) {
      return null;
    }
    UpstreamConnection connection = stack.pollFirst();
    while (connection != null && !connection.channel.isActive()) {
      connection = stack.pollFirst();
    }
    return connection;
  }

  /** Keeps a connection that has nothing to do. */
  void pool(UpstreamConnection connection) {
    idle.computeIfAbsent(connection.upstream, upstream -> new ArrayDeque<>()).push(connection);
  }

  /** A connection has ended, perhaps in the pool. */
  void gone(UpstreamConnection connection) {
    Deque<UpstreamConnection> stack = idle.get(connection.upstream);
    if (stack != null && stack.remove(connection) && stack.isEmpty()) {
      idle.remove(connection.upstream);
    }
  }

  /** The replica gets no more requests: its idle connections end. Callable from any thread. */
  void forget(Upstream upstream) {
    try {
      executor.execute(
          () -> {
            Deque<UpstreamConnection> stack = idle.remove(upstream);
            if (stack != null) {
              stack.forEach(connection -> connection.channel.close());
            }
          });
    } catch (RejectedExecutionException e) {
      // Replicas still go when the gateway has ended: it has no connection to them any more.
      return;
    }
  }

  /** Connects and tells who asked how that went. */
  void connect(Upstream upstream, UpstreamSide asker) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(executor)
            .channel(edge.transport().client)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(Math.max(1, settings().timeouts().connect().toMillis())))
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(new UpstreamConnection(channel, upstream, Loop.this));
                  }
                });
    bootstrap
        .connect(upstream.address())
        .addListener(
            (ChannelFuture future) -> {
              UpstreamConnection connection = connection(future.channel());
              if (future.isSuccess() && connection != null) {
                asker.connected(connection);
              } else {
                asker.connectFailed(upstream);
              }
            });
  }

  private static @Nullable UpstreamConnection connection(Channel channel) {
    return channel.pipeline().get(UpstreamConnection.class);
  }

  private void sweep() {
    long now = now();
    // Copies, since a check may close what it looks at and so change the collection.
    for (ClientConnection client : clients.toArray(new ClientConnection[0])) {
      client.check(now);
    }
    for (ProxyExchange refresh : refreshes.toArray(new ProxyExchange[0])) {
      refresh.check(now);
    }
    long oldest = now - settings().timeouts().pooled().toNanos();
    for (Upstream upstream : idle.keySet().toArray(new Upstream[0])) {
      Deque<UpstreamConnection> stack = idle.get(upstream);
      while (stack != null && !stack.isEmpty() && stack.getLast().idleSince() - oldest < 0) {
        stack.removeLast().channel.close();
      }
      if (stack != null && stack.isEmpty()) {
        idle.remove(upstream);
      }
    }
  }

  /** The gateway is closing: clients that wait for nothing go. Callable from any thread. */
  void closeIdleClients() {
    executor.execute(
        () -> {
          for (ClientConnection client : clients.toArray(new ClientConnection[0])) {
            client.closeIfIdle();
          }
        });
  }
}
