package dev.headroom.gateway.proxy;

import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.gateway.ExchangeListener;
import dev.headroom.gateway.telemetry.Traces;
import dev.headroom.gateway.upstream.Upstream;
import dev.headroom.signals.Exchange;
import dev.headroom.signals.RouteTemplates;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** The listening socket and the event loops behind it. */
public final class Edge {
  private static final Logger LOG = System.getLogger(Edge.class.getName());
  private static final Duration SHORTEST_SWEEP = Duration.ofMillis(20);
  private static final Duration LONGEST_SWEEP = Duration.ofMillis(500);

  private final Transport transport = Transport.best();
  private final MultiThreadIoEventLoopGroup group;
  private final Map<EventExecutor, Loop> loops = new HashMap<>();
  private final Channel server;
  private final TimeSource time;
  private final Traces traces;
  private final RouteTemplates routeNames;
  private final ExchangeListener listener;
  private final AtomicInteger clients;
  private final AtomicInteger exchanges = new AtomicInteger();
  // Swapped by whoever applies a document, read by the loops.
  private volatile Settings settings;
  private volatile boolean closing;

  private Edge(
      InetSocketAddress address,
      int threads,
      Settings settings,
      TimeSource time,
      RandomGenerator.SplittableGenerator random,
      Traces traces,
      RouteTemplates routeNames,
      AtomicInteger clients,
      ExchangeListener listener) {
    this.settings = settings;
    this.time = time;
    this.traces = traces;
    this.routeNames = routeNames;
    this.clients = clients;
    this.listener = listener;
    this.group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("gateway", true), transport.handlers());
    for (EventExecutor executor : group) {
      loops.put(executor, new Loop((EventLoop) executor, this, random.split()));
    }
    this.server = bind(address);
    loops.values().forEach(loop -> loop.watch(sweepInterval(settings.timeouts())));
  }

  /**
   * Listens from here on.
   *
   * @param clients counts the open client connections
   * @throws UserError when the address cannot be bound
   */
  public static Edge start(
      InetSocketAddress address,
      int threads,
      Settings settings,
      TimeSource time,
      RandomGenerator.SplittableGenerator random,
      Traces traces,
      RouteTemplates routeNames,
      AtomicInteger clients,
      ExchangeListener listener) {
    return new Edge(
        address, threads, settings, time, random, traces, routeNames, clients, listener);
  }

  private Channel bind(InetSocketAddress address) {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(transport.server)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    Loop loop = loops.get(channel.eventLoop());
                    if (loop == null) {
                      throw new IllegalStateException("a channel of a foreign event loop");
                    }
                    channel.pipeline().addLast(new ClientConnection(channel, loop));
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw UserError.machine(
          "spec.gateway.listen: %d cannot be bound on %s: %s (expected: a free port; 0 picks one)"
              .formatted(
                  address.getPort(),
                  address.getHostString(),
                  Optional.ofNullable(bound.cause()).map(Throwable::getMessage).orElse("unknown")));
    }
    return bound.channel();
  }

  private static Duration sweepInterval(Timeouts timeouts) {
    Duration shortest = timeouts.head();
    for (Duration other :
        new Duration[] {
          timeouts.body(),
          timeouts.idle(),
          timeouts.response(),
          timeouts.pooled(),
          timeouts.silence(),
          timeouts.tunnel(),
          timeouts.linger()
        }) {
      shortest = shortest.compareTo(other) < 0 ? shortest : other;
    }
    Duration wanted = shortest.dividedBy(4);
    if (wanted.compareTo(LONGEST_SWEEP) > 0) {
      return LONGEST_SWEEP;
    }
    return wanted.compareTo(SHORTEST_SWEEP) < 0 ? SHORTEST_SWEEP : wanted;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /** New requests follow these; running ones finish as they began. */
  public void apply(Settings next) {
    settings = next;
  }

  /** The replica has been removed: no connection to it is kept. */
  public void forget(Upstream upstream) {
    loops.values().forEach(loop -> loop.forget(upstream));
  }

  Settings settings() {
    return settings;
  }

  TimeSource time() {
    return time;
  }

  Transport transport() {
    return transport;
  }

  Traces traces() {
    return traces;
  }

  RouteTemplates routeNames() {
    return routeNames;
  }

  boolean isClosing() {
    return closing;
  }

  void clientCame() {
    clients.incrementAndGet();
  }

  void clientWent() {
    clients.decrementAndGet();
  }

  void clientFailed(Channel channel, Throwable cause) {
    // Clients reset connections all day long; anything else is a mistake of ours.
    Level level = cause instanceof IOException ? Level.DEBUG : Level.WARNING;
    LOG.log(level, "client " + channel.remoteAddress() + ": connection closed", cause);
  }

  void exchangeBegan() {
    exchanges.incrementAndGet();
  }

  void exchangeEnded(Exchange exchange) {
    exchanges.decrementAndGet();
    listener.finished(exchange);
  }

  /** A request of which not even the head could be used. */
  void refused(int status, long since, int responseBytes, RandomGenerator random) {
    long duration = time.nanoTime() - since;
    listener.finished(
        new Exchange(
            time.epochNanos() - duration,
            "",
            "",
            "_OTHER",
            RouteTemplates.UNMATCHED,
            "",
            status,
            duration,
            0,
            0,
            responseBytes,
            traces.next(Optional.empty(), random),
            Optional.empty()));
  }

  /** Stops listening, lets running requests finish until the deadline, then ends. */
  public void close(Duration deadline) {
    closing = true;
    server.close().awaitUninterruptibly();
    loops.values().forEach(Loop::closeIdleClients);
    long end = System.nanoTime() + deadline.toNanos();
    boolean interrupted = false;
    while (exchanges.get() > 0 && System.nanoTime() < end && !interrupted) {
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    int cut = exchanges.get();
    if (cut > 0) {
      LOG.log(Level.WARNING, "gateway: {0} requests cut after {1}", cut, deadline);
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
