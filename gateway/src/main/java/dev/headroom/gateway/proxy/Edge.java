package dev.headroom.gateway.proxy;

import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.gateway.ExchangeListener;
import dev.headroom.gateway.accesslog.AccessLog;
import dev.headroom.gateway.accesslog.Asked;
import dev.headroom.gateway.cache.CacheOutcome;
import dev.headroom.gateway.cache.ResponseCache;
import dev.headroom.gateway.cache.SharedTier;
import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.identity.KeyedHash;
import dev.headroom.gateway.limits.LimitVerdict;
import dev.headroom.gateway.telemetry.Recorder;
import dev.headroom.gateway.telemetry.Traces;
import dev.headroom.gateway.tls.Certificates;
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
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.ssl.SniHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The listening socket and the event loops behind it. */
public final class Edge {
  private static final Logger LOG = System.getLogger(Edge.class.getName());
  private static final Duration SHORTEST_SWEEP = Duration.ofMillis(20);
  private static final Duration LONGEST_SWEEP = Duration.ofMillis(500);

  private final Transport transport = Transport.best();
  private final MultiThreadIoEventLoopGroup group;
  private final Map<EventExecutor, Loop> loops = new HashMap<>();
  private final Channel server;
  private final @Nullable Channel secureServer;
  private final Parts parts;
  // Compression takes milliseconds, which an event loop does not have.
  private final ExecutorService compressors =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("gateway-compress").daemon().factory());
  private final AtomicInteger exchanges = new AtomicInteger();
  // Swapped by whoever applies a document, read by the loops.
  private volatile Settings settings;
  private volatile @Nullable Certificates certificates;
  private volatile boolean closing;

  private Edge(
      InetSocketAddress plain,
      @Nullable InetSocketAddress secure,
      int threads,
      Settings settings,
      @Nullable Certificates certificates,
      Parts parts) {
    this.settings = settings;
    this.certificates = certificates;
    this.parts = parts;
    this.group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("gateway", true), transport.handlers());
    for (EventExecutor executor : group) {
      loops.put(executor, new Loop((EventLoop) executor, this, parts.random.split()));
    }
    this.server = bind(plain, false, "spec.gateway.listen");
    this.secureServer = secure == null ? null : bind(secure, true, "spec.gateway.tls.listen");
    loops.values().forEach(loop -> loop.watch(sweepInterval(settings.timeouts())));
  }

  /**
   * What the edge works with.
   *
   * @param clients counts the open client connections
   * @param shared null when responses are kept in memory only
   */
  public record Parts(
      TimeSource time,
      RandomGenerator.SplittableGenerator random,
      KeyedHash hash,
      Traces traces,
      RouteTemplates routeNames,
      AtomicInteger clients,
      Recorder recorder,
      ExchangeListener listener,
      ResponseCache cache,
      @Nullable SharedTier shared) {}

  /**
   * Listens from here on.
   *
   * @param secure where clients come over TLS; null for nowhere
   * @throws UserError when an address cannot be bound
   */
  public static Edge start(
      InetSocketAddress plain,
      @Nullable InetSocketAddress secure,
      int threads,
      Settings settings,
      @Nullable Certificates certificates,
      Parts parts) {
    return new Edge(plain, secure, threads, settings, certificates, parts);
  }

  private Channel bind(InetSocketAddress address, boolean secure, String key) {
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
                    InetAddress peer = channel.remoteAddress().getAddress();
                    if (settings.proxies().beginWithHeader(peer)) {
                      channel.pipeline().addLast(new HAProxyMessageDecoder());
                    }
                    if (secure && certificates != null) {
                      channel.pipeline().addLast(new SniHandler(certificates));
                    }
                    channel.pipeline().addLast(new ClientConnection(channel, loop, secure));
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw UserError.machine(
          "%s: %d cannot be bound on %s: %s (expected: a free port; 0 picks one)"
              .formatted(
                  key,
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

  /** Where it listens for TLS; null when it does not. */
  public @Nullable InetSocketAddress secureAddress() {
    return secureServer == null ? null : (InetSocketAddress) secureServer.localAddress();
  }

  /** New requests follow these; running ones finish as they began. */
  public void apply(Settings next, @Nullable Certificates nextCertificates) {
    settings = next;
    certificates = nextCertificates;
  }

  /** The replica has been removed: no connection to it is kept. */
  public void forget(Upstream upstream) {
    loops.values().forEach(loop -> loop.forget(upstream));
  }

  Settings settings() {
    return settings;
  }

  TimeSource time() {
    return parts.time;
  }

  KeyedHash hash() {
    return parts.hash;
  }

  ResponseCache cache() {
    return parts.cache;
  }

  @Nullable SharedTier sharedTier() {
    return parts.shared;
  }

  /** Runs it where time may be spent. */
  void compress(Runnable task) {
    compressors.execute(task);
  }

  Transport transport() {
    return transport;
  }

  Traces traces() {
    return parts.traces;
  }

  RouteTemplates routeNames() {
    return parts.routeNames;
  }

  boolean isClosing() {
    return closing;
  }

  void clientCame() {
    parts.clients.incrementAndGet();
  }

  void clientWent() {
    parts.clients.decrementAndGet();
  }

  void clientFailed(Channel channel, Throwable cause) {
    // Clients reset connections all day long, and say what is neither TLS nor a PROXY header;
    // anything else is a mistake of ours.
    boolean theirs = cause instanceof IOException || cause instanceof DecoderException;
    Level level = theirs ? Level.DEBUG : Level.WARNING;
    LOG.log(level, "client " + channel.remoteAddress() + ": connection closed", cause);
  }

  void exchangeBegan() {
    exchanges.incrementAndGet();
  }

  /** An exchange of the gateway's own is over: no client's request, so none that is told of. */
  void refreshEnded() {
    exchanges.decrementAndGet();
  }

  /**
   * The last byte has been written.
   *
   * @param asked what the access log needs; null when there was none as the request came
   * @param cached what the cache did; null when it has nothing to do with the path
   * @param kept whether the response is in the cache now
   * @param limits what the rules said; null when there are none
   * @param caller who asked
   */
  void exchangeEnded(
      Exchange exchange,
      @Nullable Asked asked,
      @Nullable CacheOutcome cached,
      boolean kept,
      @Nullable LimitVerdict limits,
      Caller caller) {
    exchanges.decrementAndGet();
    parts.recorder.finished(exchange);
    if (cached != null) {
      parts.recorder.cached(exchange, cached, kept);
    }
    if (limits != null) {
      limits.tell((rule, outcome) -> parts.recorder.limited(exchange, rule, outcome));
    }
    String tenant = Objects.requireNonNullElse(caller.tenant(), "");
    String user = Objects.requireNonNullElse(caller.user(), "");
    if (asked != null) {
      String cache = cached == null ? "" : cached.name().toLowerCase(Locale.ROOT);
      settings.accessLog().answered(new AccessLog.Entry(exchange, asked, tenant, user, cache));
    }
    parts.listener.finished(exchange, tenant, user);
  }

  /** An unsafe request has succeeded: what is stored of its target holds no longer. */
  void invalidate(RequestHead request, ResponseHead response, String path, Caller caller) {
    if (settings.cacheRules().isEmpty()) {
      return;
    }
    String host = request.host();
    invalidate(host, path, caller);
    for (String name : new String[] {"location", "content-location"}) {
      String other = response.field(name);
      if (other != null) {
        int authority = other.indexOf("//" + host + "/");
        String local = authority > 0 ? other.substring(authority + host.length() + 2) : other;
        if (local.startsWith("/") && !local.startsWith("//")) {
          int query = local.indexOf('?');
          invalidate(host, query < 0 ? local : local.substring(0, query), caller);
        }
      }
    }
  }

  private void invalidate(String host, String path, Caller caller) {
    parts.cache.invalidate(host, path, caller);
    if (parts.shared != null) {
      String tenant = caller.tenant();
      parts.shared.invalidate(host, PathPattern.canonical(path), tenant == null ? "" : tenant);
    }
  }

  /**
   * A request of which not even the head could be used.
   *
   * @param address of the client
   */
  void refused(int status, long since, int responseBytes, String address, RandomGenerator random) {
    long duration = parts.time.nanoTime() - since;
    Exchange exchange =
        new Exchange(
            parts.time.epochNanos() - duration,
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
            parts.traces.next(Optional.empty(), random),
            Optional.empty());
    parts.recorder.finished(exchange);
    settings.accessLog().refused(address, exchange);
    parts.listener.finished(exchange, "", "");
  }

  /** Stops listening, lets running requests finish until the deadline, then ends. */
  public void close(Duration deadline) {
    closing = true;
    server.close().awaitUninterruptibly();
    if (secureServer != null) {
      secureServer.close().awaitUninterruptibly();
    }
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
    compressors.shutdown();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
