package dev.headroom.launcher;

import dev.headroom.advisor.AdviceReport;
import dev.headroom.advisor.Applier;
import dev.headroom.advisor.Observations;
import dev.headroom.apm.Alerts;
import dev.headroom.apm.Ingest;
import dev.headroom.apm.TelemetryStore;
import dev.headroom.autoscaler.AutoscalerSettings;
import dev.headroom.autoscaler.HorizontalAutoscaler;
import dev.headroom.autoscaler.NodePool;
import dev.headroom.autoscaler.VerticalAutoscaler;
import dev.headroom.base.Component;
import dev.headroom.base.Lifecycle;
import dev.headroom.base.Problem;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.console.Console;
import dev.headroom.engines.StateFolder;
import dev.headroom.gateway.Gateway;
import dev.headroom.gateway.Purge;
import dev.headroom.router.Router;
import dev.headroom.runtime.Migration;
import dev.headroom.runtime.RedisRuntime;
import dev.headroom.runtime.ServiceLaunch;
import dev.headroom.runtime.ServiceRuntime;
import dev.headroom.signals.OpenMetrics;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import dev.headroom.spec.ServiceSpec;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Everything of one application in this process: started from the store outwards, so that whatever
 * happens is seen, and stopped in reverse.
 */
final class LocalApplication implements AutoCloseable {
  private static final Duration REPLICAS_BOUND = Duration.ofSeconds(90);

  // Replaced by apply; everything is started from the first one.
  private volatile ScaledApp app;
  private final StateFolder state;
  private final LocalSettings settings;
  private final Steps steps;
  private final TimeSource time = TimeSource.system();
  private final Lifecycle lifecycle = new Lifecycle();
  private final List<Reloadable<ScaledApp>> reloadable = new ArrayList<>();
  private final EndpointBoard board = new EndpointBoard();
  private final Observations observations = lifecycle.add(Observations.start());
  private final OpenMetrics metrics = new OpenMetrics(time);
  private final LocalActions actions = new LocalActions();
  private final Secrets secrets;
  private final ScheduledExecutorService scheduler =
      Executors.newScheduledThreadPool(
          2, Thread.ofPlatform().name("headroom-timer").daemon(true).factory());
  private final InetSocketAddress gatewayAddress;
  private final int consolePort;
  private final TelemetryStore store;
  private final LocalAdvisor advisor;

  /**
   * Starts everything and returns once the smallest number of replicas of every service is ready.
   *
   * @throws UserError when something cannot start; nothing is left running then
   */
  LocalApplication(ScaledApp app, StateFolder state, LocalSettings settings, Steps steps)
      throws InterruptedException {
    this.app = app;
    this.state = state;
    this.settings = settings;
    this.steps = steps;
    this.secrets = new Secrets(System.getenv(), state.path());
    boolean started = false;
    try {
      List<Problem> unresolved = secrets.check(app);
      if (!unresolved.isEmpty()) {
        throw UserError.usage(unresolved);
      }
      this.store = startStore();
      Ingest ingest = startIngest(store);
      Console console =
          keep(
              Console.start(
                  ConsoleTokenOption.settings(app, settings.consoleToken(), secrets),
                  store,
                  app,
                  actions,
                  time));
      this.consolePort = noted("console", console.uri().getPort());
      Alerts alerts =
          keep(
              Alerts.start(
                  app, store, secrets, Optional.of(console.uri()), time, new SecureRandom()));
      actions.silence(alerts::silence);
      LocalDatabase database = startDatabase(store);
      Router router = startRouter(store, database);
      Optional<RedisRuntime> redis = startRedis(store);
      ServiceLaunch launch = launch(ingest, redis, database.access(router.address()));
      migrate(launch.withEnvironment(environment(ingest, redis, database.migrationAccess())));
      ServiceRuntime services = startServices(store, launch);
      Gateway gateway = startGateway(redis);
      this.gatewayAddress = gateway.address();
      actions.purge((paths, tags) -> gateway.purge(new Purge(paths, tags)));
      startAutoscaler(store, services);
      this.advisor = LocalAdvisor.start(app, database, observations, state, store, time);
      actions.applyAdvice(advisor.service()::apply);
      lifecycle.add(advisor.service());
      awaitReplicas();
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  InetSocketAddress gatewayAddress() {
    return gatewayAddress;
  }

  int consolePort() {
    return consolePort;
  }

  /** What its components say of themselves. Closed with it. */
  TelemetryStore store() {
    return store;
  }

  /** Analyses now, beside the advisor's schedule: it takes from seconds up to minutes. */
  AdviceReport advice() throws InterruptedException {
    return advisor.service().analyse();
  }

  /** Carries out, on the primary, all of {@code report} that is SQL. */
  List<Applier.Outcome> carryOut(AdviceReport report) {
    return advisor.carryOut(report);
  }

  private <C extends Component & Reloadable<ScaledApp>> C keep(C component) {
    lifecycle.add(component);
    reloadable.add(component);
    return component;
  }

  /**
   * Goes over to another document while everything runs.
   *
   * @throws UserError when a part of it cannot change; then the old one is in force everywhere
   */
  void apply(ScaledApp next) {
    ScaledApp previous = app;
    List<Reloadable<ScaledApp>> changed = new ArrayList<>();
    try {
      for (Reloadable<ScaledApp> component : reloadable) {
        component.apply(previous, next);
        changed.add(component);
      }
      app = next;
    } catch (UserError e) {
      changed.reversed().forEach(component -> component.apply(next, previous));
      throw e;
    }
  }

  private int noted(String name, int port) {
    state.port(name, port);
    return port;
  }

  private TelemetryStore startStore() throws InterruptedException {
    TelemetryStore store =
        steps.run(
            "telemetry store",
            () ->
                keep(
                    TelemetryStore.open(
                        state.directory("telemetry"), app.apm().retention(), time)));
    AdminServer admin =
        lifecycle.add(
            AdminServer.start(
                new InetSocketAddress(app.apm().address(), app.apm().admin()),
                lifecycle::components));
    noted("admin", admin.port());
    return store;
  }

  private Ingest startIngest(TelemetryStore store) {
    Ingest ingest = keep(Ingest.start(app.apm(), store));
    noted("otlp-grpc", ingest.grpcPort());
    noted("otlp-http", ingest.httpPort());
    return ingest;
  }

  private LocalDatabase startDatabase(TelemetryStore store) throws InterruptedException {
    if (app.database().isExternal()) {
      return LocalDatabase.external(app.database(), secrets);
    }
    return steps.run(
        "PostgreSQL: a primary and %d replicas".formatted(app.database().replicas()),
        () -> keep(LocalDatabase.run(app, state, settings, store, time)));
  }

  private Router startRouter(TelemetryStore store, LocalDatabase database)
      throws InterruptedException {
    Router router =
        steps.run(
            "router",
            () ->
                keep(
                    Router.start(
                        app.router(),
                        database.routerMembers(),
                        database.routerAccess(),
                        new RouterClients(secrets),
                        observations::statement,
                        store,
                        time)));
    noted("router", router.address().getPort());
    return router;
  }

  private Optional<RedisRuntime> startRedis(TelemetryStore store) throws InterruptedException {
    if (app.redis().shards() == 0 || !app.redis().nodes().isEmpty()) {
      return Optional.empty();
    }
    int masters = app.redis().shards();
    return Optional.of(
        steps.run(
            "Redis Cluster: %d masters, %d replicas"
                .formatted(masters, masters * app.redis().replicasPerShard()),
            () ->
                keep(
                    RedisRuntime.start(
                        app.redis(),
                        state.directory("redis"),
                        state.directory("logs"),
                        state,
                        store,
                        time,
                        scheduler))));
  }

  private ServiceLaunch launch(
      Ingest ingest, Optional<RedisRuntime> redis, dev.headroom.runtime.DatabaseAccess database) {
    return new ServiceLaunch(
        state.directory("logs"),
        settings.workingDirectory(),
        settings.expansion(),
        environment(ingest, redis, database),
        value -> secrets.resolve("spec.services.env", value));
  }

  private Map<String, String> environment(
      Ingest ingest, Optional<RedisRuntime> redis, dev.headroom.runtime.DatabaseAccess database) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("DATABASE_URL", database.url());
    environment.put("JDBC_DATABASE_URL", database.jdbcUrl());
    redis.ifPresent(cluster -> environment.put("REDIS_URL", cluster.connectionUrl()));
    if (redis.isEmpty() && !app.redis().nodes().isEmpty()) {
      environment.put(
          "REDIS_URL", secrets.resolve("spec.redis.nodes", app.redis().nodes().getFirst()));
    }
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + ingest.httpPort());
    environment.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    return environment;
  }

  private void migrate(ServiceLaunch launch) throws InterruptedException {
    if (app.migrate().isPresent()) {
      Migration migration = new Migration(launch, state.path().resolve("migrated"), state);
      steps.run("migration", () -> migration.run(app));
    }
  }

  private ServiceRuntime startServices(TelemetryStore store, ServiceLaunch launch) {
    NodePool nodes = keep(NodePool.start(app, settings.nodes(), store, time, scheduler));
    ServiceRuntime services =
        keep(ServiceRuntime.start(app, launch, state, nodes, board, board, store, time));
    keep(
        VerticalAutoscaler.start(
            app,
            settings.sizing(),
            new StoredUsage(store),
            new RuntimeSizes(services),
            nodes::costPerHour,
            store,
            time,
            scheduler));
    return services;
  }

  private Gateway startGateway(Optional<RedisRuntime> redis) {
    Gateway.Options options =
        Gateway.Options.defaults()
            .withSecrets(secrets::resolve)
            .withListener(observations::request);
    List<String> urls = redis.map(RedisRuntime::connectionUrls).orElseGet(this::redisElsewhere);
    if (!urls.isEmpty() && app.gateway().cacheStore().redis() && !app.gateway().cache().isEmpty()) {
      options = options.withShared(lifecycle.add(RedisResponseCache.start(urls)));
    }
    Gateway gateway = Gateway.start(app, store.and(metrics), time, options);
    keep(new AttachedGateway(gateway, board));
    noted("gateway", gateway.address().getPort());
    gateway.secureAddress().ifPresent(address -> noted("gateway-tls", address.getPort()));
    new GatewayAdmin(gateway, metrics, () -> app).handlers().forEach(admin()::add);
    new StoredRoutes(store, gateway, time).watch(scheduler);
    return gateway;
  }

  private List<String> redisElsewhere() {
    return app.redis().nodes().stream()
        .map(node -> secrets.resolve("spec.redis.nodes", node))
        .toList();
  }

  private AdminServer admin() {
    return lifecycle.components().stream()
        .filter(AdminServer.class::isInstance)
        .map(AdminServer.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private void startAutoscaler(TelemetryStore store, ServiceRuntime services) {
    keep(
        HorizontalAutoscaler.start(
            app,
            AutoscalerSettings.defaults().withBehavior(settings.scaling()),
            new StoredReplicaMetrics(services, store, time),
            new RuntimeTarget(services),
            store,
            time,
            scheduler));
  }

  private void awaitReplicas() throws InterruptedException {
    for (Map.Entry<String, ServiceSpec> service : app.services().entrySet()) {
      int wanted = service.getValue().replicas().min();
      boolean here = !service.getValue().command().isEmpty() && service.getValue().isServer();
      if (here && service.getValue().endpoints().isEmpty()) {
        steps.run(
            "%s: %d replicas".formatted(service.getKey(), wanted),
            () -> board.awaitReady(service.getKey(), wanted, REPLICAS_BOUND, state.path()));
      }
    }
  }

  @Override
  public void close() {
    lifecycle.close();
    scheduler.shutdownNow();
  }
}
