package dev.headroom.gateway;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.gateway.proxy.Edge;
import dev.headroom.gateway.proxy.RouteTable;
import dev.headroom.gateway.proxy.Settings;
import dev.headroom.gateway.proxy.Timeouts;
import dev.headroom.gateway.telemetry.Recorder;
import dev.headroom.gateway.telemetry.Traces;
import dev.headroom.gateway.upstream.Cluster;
import dev.headroom.gateway.upstream.Upstream;
import dev.headroom.signals.RouteTemplates;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.spec.GatewaySpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.random.RandomGenerator.SplittableGenerator;

/**
 * HTTP in front of the application: takes requests, names their endpoint, sends each to a healthy
 * replica of the service that has the path, and measures every one of them.
 *
 * <p>Services with {@code endpoints} in the document have their replicas from there; of the others
 * the gateway is told by {@link #replicas}.
 */
public final class Gateway implements Component, Reloadable<ScaledApp> {
  private static final int EVENT_LOOPS = 2;
  private static final double SAMPLED = 0.1;
  private static final int MAX_ROUTES = 500;
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);

  private final Function<GatewaySpec, Timeouts> timeouts;
  private final TimeSource time;
  private final Recorder recorder;
  private final Edge edge;
  // Guards the clusters; requests do not come here.
  private final Object lock = new Object();
  private final Map<String, Cluster> clusters = new TreeMap<>();
  private boolean closed;

  private Gateway(
      ScaledApp app,
      TelemetryConsumer telemetry,
      TimeSource time,
      ExchangeListener listener,
      SplittableGenerator random,
      Function<GatewaySpec, Timeouts> timeouts) {
    this.timeouts = timeouts;
    this.time = time;
    GatewaySpec spec = app.gateway();
    List<Static> fixed = fixedReplicas(app);
    Settings settings = settings(app);
    Edge started;
    AtomicInteger connections = new AtomicInteger();
    Recorder recording =
        Recorder.start(app.name(), telemetry, time, this::upstreams, connections::get);
    try {
      started =
          Edge.start(
              new InetSocketAddress(spec.address(), spec.listen()),
              EVENT_LOOPS,
              settings,
              time,
              random,
              new Traces(SAMPLED),
              new RouteTemplates(MAX_ROUTES),
              connections,
              exchange -> {
                recording.finished(exchange);
                listener.finished(exchange);
              });
    } catch (UserError e) {
      recording.close();
      clusters.values().forEach(Cluster::close);
      throw e;
    }
    this.recorder = recording;
    this.edge = started;
    fixed.forEach(replicas -> replicas(replicas.service, replicas.replicas));
  }

  /**
   * Listens and answers once this returns.
   *
   * @throws UserError when the port is taken
   */
  public static Gateway start(ScaledApp app, TelemetryConsumer telemetry, TimeSource time) {
    return start(app, telemetry, time, ExchangeListener.NONE);
  }

  /** The same, and tells {@code listener} of every exchange. */
  public static Gateway start(
      ScaledApp app, TelemetryConsumer telemetry, TimeSource time, ExchangeListener listener) {
    SplittableGenerator random = new SplittableRandom(new SecureRandom().nextLong());
    return new Gateway(app, telemetry, time, listener, random, Timeouts::of);
  }

  /** For tests of the time-outs that no document sets. */
  static Gateway start(
      ScaledApp app,
      TelemetryConsumer telemetry,
      TimeSource time,
      ExchangeListener listener,
      Function<GatewaySpec, Timeouts> timeouts) {
    return new Gateway(app, telemetry, time, listener, new SplittableRandom(1), timeouts);
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
    synchronized (lock) {
      cluster = clusters.get(service);
    }
    if (cluster == null) {
      throw new IllegalArgumentException(
          "service " + service + " (expected: one of " + clusters.keySet() + ")");
    }
    cluster.replicas(replicas).forEach(edge::forget);
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
    List<Static> fixed = fixedReplicas(next);
    List<Cluster> gone = new ArrayList<>();
    synchronized (lock) {
      edge.apply(settings(next));
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
    gone.forEach(
        cluster -> {
          List<Upstream> last = cluster.upstreams();
          cluster.close();
          last.forEach(edge::forget);
        });
    fixed.forEach(replicas -> replicas(replicas.service, replicas.replicas));
  }

  /* Makes the clusters that are missing, and the routes to all of them. */
  private Settings settings(ScaledApp app) {
    GatewaySpec spec = app.gateway();
    RouteTable.Builder routes = new RouteTable.Builder();
    synchronized (lock) {
      for (Map.Entry<String, ServiceSpec> entry : new TreeMap<>(app.services()).entrySet()) {
        ServiceSpec service = entry.getValue();
        if (service.isServer()) {
          Cluster cluster =
              clusters.computeIfAbsent(
                  entry.getKey(),
                  name -> new Cluster(name, service.health(), spec.balance(), time));
          cluster.apply(service.health(), spec.balance());
          routes.add(service.paths(), cluster);
        }
      }
    }
    return new Settings(routes.build(), timeouts.apply(spec));
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
    synchronized (lock) {
      clusters.values().forEach(Cluster::close);
    }
  }
}
