package dev.headroom.demo.api;

import dev.headroom.demo.cache.Cache;
import dev.headroom.demo.cache.CountedCache;
import dev.headroom.demo.cache.LocalCache;
import dev.headroom.demo.cache.RedisCache;
import dev.headroom.demo.db.Database;
import dev.headroom.demo.db.StatementListener;
import dev.headroom.demo.http.HttpServer;
import dev.headroom.demo.partner.PartnerClient;
import dev.headroom.demo.telemetry.Telemetry;
import io.opentelemetry.api.metrics.Meter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A replica of the issue tracker's API. */
public final class Api implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Api.class.getName());
  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

  private final ApiConfig config;
  private final HttpServer server;
  private final Pipeline pipeline;
  private final AtomicBoolean draining;
  private final List<AutoCloseable> parts;

  private Api(
      ApiConfig config,
      HttpServer server,
      Pipeline pipeline,
      AtomicBoolean draining,
      List<AutoCloseable> parts) {
    this.config = config;
    this.server = server;
    this.pipeline = pipeline;
    this.draining = draining;
    this.parts = parts;
  }

  /**
   * Starts a replica; it listens when this returns, and connects to the database in the background.
   */
  public static Api start(ApiConfig config, Telemetry telemetry, StatementListener listener)
      throws BindException {
    AtomicBoolean draining = new AtomicBoolean();
    InstantSource clock = InstantSource.system();
    String replica = config.instance().id();
    Database database =
        new Database(config.databaseUrl(), config.pool(), replica, telemetry.tracer(), listener);
    Tokens tokens = new Tokens(config.jwtSecret(), clock);
    Workers workers = new Workers(config.workers());
    Cache cache =
        new CountedCache(
            config
                .redisUrl()
                .<Cache>map(RedisCache::new)
                .orElseGet(() -> new LocalCache(System::nanoTime)),
            telemetry.meter());
    Downstream downstream = new Downstream(telemetry.tracer(), config.faults(), config.waits());
    Optional<PartnerClient> partner =
        config.partnerUrl().map(url -> new PartnerClient(url, telemetry.tracer()));
    AccessLog log = AccessLog.of(config.accessLog(), clock);
    Live live = Live.start(tokens, database);
    HealthCheck health = new HealthCheck(replica, database, workers, draining::get);
    Pipeline pipeline =
        new Pipeline(
            endpoints(
                config, tokens, cache, downstream, new ThirdParty(partner, downstream), health),
            new Pipeline.Services(
                replica,
                config.faults(),
                workers,
                tokens,
                database,
                new TenantCache(cache),
                downstream,
                telemetry.tracer(),
                log,
                draining::get,
                System::nanoTime));
    watch(telemetry.meter(), workers, database);
    List<AutoCloseable> parts = new ArrayList<>(List.of(live));
    partner.ifPresent(parts::add);
    parts.addAll(List.of(database, cache, telemetry, log));
    try {
      HttpServer server =
          HttpServer.start(config.host(), config.port(), pipeline, Optional.of(live));
      System.out.println(
          replica
              + " listens on "
              + config.host()
              + ":"
              + server.port()
              + ", faults: "
              + config.faults());
      return new Api(config, server, pipeline, draining, parts);
    } catch (BindException e) {
      parts.forEach(Api::closeQuietly);
      throw e;
    }
  }

  private static List<Endpoint> endpoints(
      ApiConfig config,
      Tokens tokens,
      Cache cache,
      Downstream downstream,
      ThirdParty thirdParty,
      HealthCheck health) {
    List<Endpoint> endpoints = new ArrayList<>();
    endpoints.addAll(new Accounts(config.faults(), tokens).endpoints());
    endpoints.addAll(new Projects(config.faults()).endpoints());
    endpoints.addAll(new Issues().endpoints());
    endpoints.addAll(new Discussion(thirdParty).endpoints());
    endpoints.addAll(new Labels(cache).endpoints());
    endpoints.addAll(new Search(config.faults()).endpoints());
    endpoints.addAll(new Reports(config.faults(), downstream).endpoints());
    endpoints.addAll(new Trail(config.faults()).endpoints());
    endpoints.addAll(new Exports(config.faults()).endpoints());
    endpoints.addAll(new Integrations(thirdParty).endpoints());
    endpoints.addAll(new Assets(config.faults()).endpoints());
    endpoints.add(health.endpoint());
    return endpoints;
  }

  private static void watch(Meter meter, Workers workers, Database database) {
    meter
        .gaugeBuilder("demo.workers.busy")
        .ofLongs()
        .buildWithCallback(gauge -> gauge.record(workers.busy()));
    meter
        .gaugeBuilder("demo.workers.waiting")
        .ofLongs()
        .buildWithCallback(gauge -> gauge.record(workers.waiting()));
    meter
        .gaugeBuilder("db.client.connection.count")
        .ofLongs()
        .buildWithCallback(gauge -> gauge.record(database.active()));
    meter
        .gaugeBuilder("db.client.connection.max")
        .ofLongs()
        .buildWithCallback(gauge -> gauge.record(database.size()));
    meter
        .gaugeBuilder("db.client.connection.pending_requests")
        .ofLongs()
        .buildWithCallback(gauge -> gauge.record(database.waiting()));
  }

  public int port() {
    return server.port();
  }

  /** Says 503 to health checks, goes on for the drain time, then finishes what runs and ends. */
  public void drain() {
    draining.set(true);
    pause(config.drain());
    server.stopListening();
    long deadline = System.nanoTime() + LONGEST_STOP.toNanos();
    while (pipeline.running() > 0 && System.nanoTime() < deadline) {
      pause(Duration.ofMillis(10));
    }
    close();
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    draining.set(true);
    server.close();
    parts.forEach(Api::closeQuietly);
  }

  private static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "stop: {0}", e.toString());
    }
  }
}
