package dev.headroom.gateway;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.gateway.accesslog.AccessLog;
import dev.headroom.gateway.cache.CacheRule;
import dev.headroom.gateway.cache.ResponseCache;
import dev.headroom.gateway.cache.SharedTier;
import dev.headroom.gateway.identity.Identities;
import dev.headroom.gateway.identity.KeyedHash;
import dev.headroom.gateway.identity.TrustedProxies;
import dev.headroom.gateway.limits.Limiter;
import dev.headroom.gateway.proxy.Affinity;
import dev.headroom.gateway.proxy.Edge;
import dev.headroom.gateway.proxy.RouteTable;
import dev.headroom.gateway.proxy.Settings;
import dev.headroom.gateway.proxy.Timeouts;
import dev.headroom.gateway.telemetry.Recorder;
import dev.headroom.gateway.telemetry.Traces;
import dev.headroom.gateway.tls.Certificates;
import dev.headroom.gateway.upstream.Cluster;
import dev.headroom.gateway.upstream.Upstream;
import dev.headroom.signals.RouteTemplates;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.spec.GatewaySpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.TlsSpec;
import dev.headroom.spec.Value;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.jspecify.annotations.Nullable;

/**
 * HTTP in front of the application: takes requests, names their endpoint, sends each to a healthy
 * replica of the service that has the path, and measures every one of them.
 *
 * <p>Services with {@code endpoints} in the document have their replicas from there; of the others
 * the gateway is told by {@link #replicas}.
 */
public final class Gateway implements Component, Reloadable<ScaledApp> {
  private static final int EVENT_LOOPS = 2;
  private static final int MAX_ROUTES = 500;
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);

  private final Function<GatewaySpec, Timeouts> timeouts;
  private final BiFunction<String, Value, String> secrets;
  private final KeyedHash hash;
  private final ResponseCache cache;
  private final @Nullable SharedTier shared;
  private final TimeSource time;
  private final RouteTemplates routeNames = new RouteTemplates(MAX_ROUTES);
  private final Recorder recorder;
  private final Edge edge;
  private final Traces traces;
  // Guards the clusters; requests do not come here.
  private final Object lock = new Object();
  private final Map<String, Cluster> clusters = new TreeMap<>();
  private final HeldReplicas held = new HeldReplicas();
  private boolean closed;
  // Written by whoever applies a document, read by the telemetry.
  private volatile Settings settings = Settings.NONE;

  private Gateway(
      ScaledApp app,
      TelemetryConsumer telemetry,
      TimeSource time,
      Options options,
      SplittableGenerator random,
      Function<GatewaySpec, Timeouts> timeouts) {
    this.timeouts = timeouts;
    this.time = time;
    this.secrets = options.secrets;
    this.hash = new KeyedHash(random.split());
    GatewaySpec spec = app.gateway();
    this.cache = new ResponseCache(spec.cacheStore(), hash, time);
    List<Static> fixed = fixedReplicas(app);
    AtomicInteger connections = new AtomicInteger();
    this.recorder =
        Recorder.start(
            app.name(),
            telemetry,
            time,
            new Recorder.Sources(
                this::upstreams, connections::get, () -> settings.limiter().rules(), cache));
    this.shared = sharedTier(spec, options.shared);
    this.traces = new Traces(spec.sampling().fraction());
    Edge started;
    try {
      this.settings = settings(app, Optional.empty());
      started =
          Edge.start(
              new InetSocketAddress(spec.address(), spec.listen()),
              spec.tls()
                  .map(tls -> new InetSocketAddress(spec.address(), tls.listen()))
                  .orElse(null),
              EVENT_LOOPS,
              settings,
              certificates(spec),
              new Edge.Parts(
                  time,
                  random,
                  hash,
                  traces,
                  routeNames,
                  connections,
                  recorder,
                  options.listener,
                  cache,
                  shared));
    } catch (UserError e) {
      recorder.close();
      settings.identities().close();
      settings.accessLog().close();
      clusters.values().forEach(Cluster::close);
      throw e;
    }
    this.edge = started;
    this.settings = withSecurePort(settings);
    started.apply(settings, certificates(spec));
    fixed.forEach(replicas -> replicas(replicas.service, replicas.replicas));
  }

  /**
   * What a gateway may be given.
   *
   * @param secrets finds a value of the document by its path: keys, certificates
   * @param shared where responses are kept beside memory
   */
  public record Options(
      ExchangeListener listener,
      BiFunction<String, Value, String> secrets,
      Optional<SharedCache> shared) {

    /** Secrets from the environment, and nothing else. */
    public static Options defaults() {
      return new Options(
          ExchangeListener.NONE,
          new Secrets(System.getenv(), Path.of(""))::resolve,
          Optional.empty());
    }

    public Options withListener(ExchangeListener next) {
      return new Options(next, secrets, shared);
    }

    public Options withSecrets(BiFunction<String, Value, String> next) {
      return new Options(listener, next, shared);
    }

    public Options withShared(SharedCache next) {
      return new Options(listener, secrets, Optional.of(next));
    }
  }

  /**
   * Listens and answers once this returns.
   *
   * @throws UserError when the port is taken
   */
  public static Gateway start(ScaledApp app, TelemetryConsumer telemetry, TimeSource time) {
    return start(app, telemetry, time, Options.defaults());
  }

  /** The same, with more. */
  public static Gateway start(
      ScaledApp app, TelemetryConsumer telemetry, TimeSource time, Options options) {
    SplittableGenerator random = new SplittableRandom(new SecureRandom().nextLong());
    return new Gateway(app, telemetry, time, options, random, Timeouts::of);
  }

  /** For tests of the time-outs that no document sets. */
  static Gateway start(
      ScaledApp app,
      TelemetryConsumer telemetry,
      TimeSource time,
      ExchangeListener listener,
      Function<GatewaySpec, Timeouts> timeouts) {
    return new Gateway(
        app,
        telemetry,
        time,
        Options.defaults().withListener(listener),
        new SplittableRandom(1),
        timeouts);
  }

  private @Nullable SharedTier sharedTier(GatewaySpec spec, Optional<SharedCache> store) {
    return store
        .filter(each -> spec.cacheStore().redis())
        .map(each -> new SharedTier(each, cache, spec.cacheStore(), time, recorder::shared))
        .orElse(null);
  }

  private @Nullable Certificates certificates(GatewaySpec spec) {
    return spec.tls().map(tls -> Certificates.of(tls, secrets)).orElse(null);
  }

  /** Where it listens for HTTPS; empty when the document has no {@code tls}. */
  public Optional<InetSocketAddress> secureAddress() {
    return Optional.ofNullable(edge.secureAddress());
  }

  /**
   * Takes responses out of the cache, also those that are on their way. What the shared cache holds
   * is out of use as a whole.
   *
   * @return how many keys were taken out of memory
   */
  public int purge(Purge purge) {
    int removed = cache.purge(purge);
    if (shared != null) {
      shared.forgetAll();
    }
    recorder.purged(purge, removed);
    return removed;
  }

  /**
   * The application calls one of its routes so, for example {@code /users/{name}}: requests that
   * fit are told under that name from now on.
   */
  public void learnRoute(String route) {
    routeNames.learn(route);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return edge.address();
  }

  /**
   * The replicas of a service from now on. Those that go get no new request and finish the ones
   * they have; nothing is dropped. See {@link #drained}.
   *
   * @throws IllegalArgumentException when the document has no such service with a port
   */
  public void replicas(String service, List<Replica> replicas) {
    Cluster cluster;
    List<Replica> used;
    synchronized (lock) {
      cluster = clusters.get(service);
      if (cluster == null) {
        throw new IllegalArgumentException(
            "service " + service + " (expected: one of " + clusters.keySet() + ")");
      }
      used = held.replicas(service, replicas);
    }
    cluster.replicas(used).forEach(edge::forget);
  }

  /**
   * Sends no new request to the replica until {@link #resume}, whatever {@link #replicas} says; the
   * running ones finish. See {@link #drained}.
   *
   * @return false when there is no such replica
   */
  public boolean drain(String instance) {
    return hold(instance, true);
  }

  /**
   * Ends {@link #drain}.
   *
   * @return false when there is no such replica
   */
  public boolean resume(String instance) {
    return hold(instance, false);
  }

  private boolean hold(String instance, boolean hold) {
    Map<String, List<Replica>> changed;
    synchronized (lock) {
      changed = held.hold(instance, hold);
      changed.keySet().retainAll(clusters.keySet());
    }
    changed.forEach(this::replicas);
    return !changed.isEmpty();
  }

  /** All replicas as they are now, those on which requests still end included. */
  public List<ReplicaStatus> endpoints() {
    long now = time.nanoTime();
    List<ReplicaStatus> all = new ArrayList<>();
    synchronized (lock) {
      for (Upstream upstream : upstreams()) {
        all.add(status(upstream, now));
      }
      held.each(
          (service, replica) -> {
            if (all.stream().noneMatch(each -> each.instance().equals(replica.instance()))) {
              all.add(
                  new ReplicaStatus(
                      service, replica.instance(), replica.address(), "draining", true, 0));
            }
          });
    }
    return List.copyOf(all);
  }

  private ReplicaStatus status(Upstream upstream, long now) {
    return new ReplicaStatus(
        upstream.service(),
        upstream.instance(),
        upstream.address(),
        upstream.state(now),
        held.isHeld(upstream.instance()),
        upstream.running());
  }

  /** The rules of {@code rateLimits} as they are now, in their order. */
  public List<LimitStatus> limits() {
    long now = time.nanoTime();
    return settings.limiter().rules().stream()
        .map(
            rule ->
                new LimitStatus(
                    rule.label(), rule.observes(), rule.callers(now), rule.recentOffenders()))
        .toList();
  }

  /**
   * Completes when the replica is out of the set and no request runs there, so that it can be
   * stopped; at once when it is unknown. WebSockets do not count: they end with the replica.
   */
  public CompletableFuture<Void> drained(String instance) {
    synchronized (lock) {
      for (Cluster cluster : clusters.values()) {
        CompletableFuture<Void> drained = cluster.drained(instance);
        if (drained != null) {
          return drained;
        }
      }
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void apply(ScaledApp previous, ScaledApp next) {
    GatewaySpec old = previous.gateway();
    GatewaySpec spec = next.gateway();
    if (old.listen() != spec.listen() || !old.address().equals(spec.address())) {
      throw UserError.usage(
          "spec.gateway.listen: %s:%d (expected: %s:%d as before; restart to change it)"
              .formatted(spec.address(), spec.listen(), old.address(), old.listen()));
    }
    if (!old.tls().map(TlsSpec::listen).equals(spec.tls().map(TlsSpec::listen))) {
      throw UserError.usage("spec.gateway.tls.listen cannot change while it runs (restart)");
    }
    List<Static> fixed = fixedReplicas(next);
    Certificates certificates = certificates(spec);
    List<Cluster> gone = new ArrayList<>();
    Settings before = settings;
    synchronized (lock) {
      settings = withSecurePort(settings(next, Optional.of(previous)));
      edge.apply(settings, certificates);
      cache.apply(spec.cacheStore());
      traces.sample(spec.sampling().fraction());
      if (shared != null) {
        shared.apply(spec.cacheStore());
      }
      clusters
          .entrySet()
          .removeIf(
              entry -> {
                ServiceSpec service = next.services().get(entry.getKey());
                boolean remove = service == null || !service.isServer();
                if (remove) {
                  gone.add(entry.getValue());
                }
                return remove;
              });
    }
    if (before.identities() != settings.identities()) {
      before.identities().close();
    }
    if (before.accessLog() != settings.accessLog()) {
      before.accessLog().close();
    }
    gone.forEach(
        cluster -> {
          List<Upstream> last = cluster.upstreams();
          cluster.close();
          last.forEach(edge::forget);
        });
    fixed.forEach(replicas -> replicas(replicas.service, replicas.replicas));
  }

  /* Makes the clusters that are missing, and the routes to all of them. */
  private Settings settings(ScaledApp app, Optional<ScaledApp> previous) {
    GatewaySpec spec = app.gateway();
    RouteTable.Builder routes = new RouteTable.Builder();
    synchronized (lock) {
      for (Map.Entry<String, ServiceSpec> entry : new TreeMap<>(app.services()).entrySet()) {
        ServiceSpec service = entry.getValue();
        if (service.isServer()) {
          Cluster cluster =
              clusters.computeIfAbsent(
                  entry.getKey(),
                  name ->
                      new Cluster(name, service.health(), spec.balance(), time, recorder::ejected));
          cluster.apply(
              service.health(),
              spec.balance(),
              spec.retryBudget().fraction(),
              spec.concurrency() == GatewaySpec.Concurrency.ADAPTIVE);
          routes.add(service.paths(), cluster);
        }
      }
    }
    boolean sameIdentity =
        previous.map(old -> old.gateway().identity().equals(spec.identity())).orElse(false);
    Identities identities =
        sameIdentity ? settings.identities() : Identities.of(spec.identity(), secrets, hash);
    AccessLog accessLog;
    try {
      accessLog =
          settings.accessLog().isOf(spec.accessLog())
              ? settings.accessLog()
              : AccessLog.of(spec.accessLog());
    } catch (UserError e) {
      if (!sameIdentity) {
        identities.close();
      }
      throw e;
    }
    return new Settings(
        routes.build(),
        timeouts.apply(spec),
        identities,
        Limiter.of(spec.rateLimits(), spec.identity().isPresent(), settings.limiter()),
        CacheRule.all(spec.cache()),
        Affinity.of(spec.affinity()),
        spec.hashKey(),
        TrustedProxies.of(spec.trustedProxies()),
        accessLog,
        spec.tls().map(TlsSpec::redirect).orElse(false),
        spec.tls()
            .flatMap(TlsSpec::hsts)
            .map(age -> "Strict-Transport-Security: max-age=" + age.toSeconds() + "\r\n")
            .orElse(""),
        "");
  }

  private Settings withSecurePort(Settings next) {
    int port = secureAddress().map(InetSocketAddress::getPort).orElse(443);
    return next.withSecurePort(port == 443 ? "" : ":" + port);
  }

  /** Replicas that the document itself names. */
  private record Static(String service, List<Replica> replicas) {}

  private static List<Static> fixedReplicas(ScaledApp app) {
    List<Static> all = new ArrayList<>();
    app.services()
        .forEach(
            (name, service) -> {
              if (!service.endpoints().isEmpty()) {
                all.add(
                    new Static(
                        name,
                        service.endpoints().stream().map(uri -> replica(name, uri)).toList()));
              }
            });
    return all;
  }

  private static Replica replica(String service, URI endpoint) {
    String path = Objects.requireNonNullElse(endpoint.getRawPath(), "");
    boolean usable =
        "http".equalsIgnoreCase(endpoint.getScheme())
            && endpoint.getHost() != null
            && (path.isEmpty() || path.equals("/"))
            && endpoint.getRawQuery() == null;
    if (!usable) {
      throw UserError.usage(
          "spec.services.%s.endpoints: %s (expected: http://host:port)"
              .formatted(service, endpoint));
    }
    int port = endpoint.getPort() < 0 ? 80 : endpoint.getPort();
    InetSocketAddress address = new InetSocketAddress(endpoint.getHost(), port);
    if (address.isUnresolved()) {
      throw UserError.machine(
          "spec.services.%s.endpoints: %s (expected: a host name that resolves)"
              .formatted(service, endpoint));
    }
    return new Replica(endpoint.getHost() + ":" + port, address);
  }

  private List<Upstream> upstreams() {
    synchronized (lock) {
      return clusters.values().stream()
          .map(Cluster::upstreams)
          .flatMap(Collection::stream)
          .toList();
    }
  }

  @Override
  public String name() {
    return "gateway";
  }

  @Override
  public Health check() {
    synchronized (lock) {
      if (closed) {
        return Health.down("closed");
      }
      List<String> missing = new ArrayList<>();
      for (Cluster cluster : clusters.values()) {
        if (cluster.healthy() == 0) {
          missing.add(
              cluster.service() + " has " + cluster.size() + " replicas and none is healthy");
        }
      }
      String trouble = settings.identities().trouble();
      if (!trouble.isEmpty()) {
        missing.add("identity: " + trouble);
      }
      return missing.isEmpty() ? Health.up() : Health.degraded(String.join("; ", missing));
    }
  }

  /** Takes no more connections, lets running requests finish for up to 10 s, and ends. */
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
    }
    edge.close(CLOSE_DEADLINE);
    recorder.close();
    settings.identities().close();
    settings.accessLog().close();
    cache.close();
    synchronized (lock) {
      clusters.values().forEach(Cluster::close);
    }
  }
}
