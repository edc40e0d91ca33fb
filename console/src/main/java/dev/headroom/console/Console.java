package dev.headroom.console;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.encoding.EncodingService;
import com.linecorp.armeria.server.logging.AccessLogWriter;
import dev.headroom.apm.TelemetryQueries;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.spec.ApmSpec;
import dev.headroom.spec.ScaledApp;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/** The pages and the API under them: reads the store; what it does goes through {@link Actions}. */
public final class Console implements Component, Reloadable<ScaledApp> {
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Server server;
  private final LiveFeed live;
  private final ExecutorService executor;
  private final AtomicReference<ScaledApp> app;

  private Console(
      Server server, LiveFeed live, ExecutorService executor, AtomicReference<ScaledApp> app) {
    this.server = server;
    this.live = live;
    this.executor = executor;
    this.app = app;
  }

  /**
   * Listens once it returns.
   *
   * @throws UserError of the machine when the address cannot be had
   */
  public static Console start(
      ConsoleSettings settings,
      TelemetryQueries queries,
      ScaledApp app,
      Actions actions,
      TimeSource time) {
    AtomicReference<ScaledApp> current = new AtomicReference<>(app);
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    LiveFeed live =
        LiveFeed.start(
            () ->
                JsonBodies.text(Overview.of(new Reads(queries, time.now()), current.get().name())),
            INTERVAL);
    InetSocketAddress address = new InetSocketAddress(settings.address(), settings.port());
    ServerBuilder builder =
        Server.builder()
            .http(address)
            .workerGroup(1)
            .idleTimeout(Duration.ofMinutes(2))
            .requestTimeout(Duration.ofSeconds(30))
            .maxRequestLength(64 << 10)
            .gracefulShutdownTimeout(Duration.ZERO, Duration.ofSeconds(2))
            .accessLogWriter(AccessLogWriter.disabled(), false)
            .disableServerHeader()
            .addHeader(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
            .addHeader(HttpHeaderNames.REFERRER_POLICY, "no-referrer");
    builder.service("/api/v1/live", live);
    new Api(queries, current::get, time, executor).addTo(builder);
    new ActionsApi(actions, executor).addTo(builder);
    new PeerApis(queries, time, executor).addTo(builder);
    WebPages.addTo(builder);
    builder.decorator(
        EncodingService.builder()
            .encodableContentTypes(type -> !type.subtype().equals("event-stream"))
            .newDecorator());
    settings.token().ifPresent(token -> builder.decorator(d -> new TokenGate(d, token)));
    if (settings.isLoopback()) {
      builder.decorator(LoopbackHosts::new);
    }
    Server server = builder.build();
    Console console = new Console(server, live, executor, current);
    try {
      server.start().join();
      return console;
    } catch (CompletionException e) {
      console.close();
      throw notStarted(settings, e);
    }
  }

  private static RuntimeException notStarted(ConsoleSettings settings, CompletionException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return UserError.machine(
            "console: %s:%d cannot be had: %s (expected: a free port of this machine); set"
                    .formatted(settings.address(), settings.port(), cause.getMessage())
                + " spec.apm.console, 0 picks one",
            e);
      }
    }
    return e;
  }

  /** Where a browser finds it. */
  public URI uri() {
    InetSocketAddress address =
        Optional.ofNullable(server.activePort()).orElseThrow().localAddress();
    String host =
        address.getAddress().isAnyLocalAddress()
            ? "127.0.0.1"
            : address.getAddress().getHostAddress();
    String bracketed = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://" + bracketed + ":" + address.getPort() + "/");
  }

  /** How many pages are open. */
  int watchers() {
    return live.clients();
  }

  @Override
  public String name() {
    return "console";
  }

  @Override
  public Health check() {
    return server.activePort() == null ? Health.down("does not listen") : Health.up();
  }

  @Override
  public void apply(ScaledApp previous, ScaledApp next) {
    ApmSpec old = previous.apm();
    if (old.console() != next.apm().console()
        || !old.address().equals(next.apm().address())
        || !old.consoleToken().equals(next.apm().consoleToken())) {
      throw UserError.usage(
          "spec.apm.console, consoleToken or address (expected: no change while running); start"
              + " anew");
    }
    app.set(next);
  }

  @Override
  public void close() {
    live.close();
    server.stop().join();
    executor.close();
  }
}
