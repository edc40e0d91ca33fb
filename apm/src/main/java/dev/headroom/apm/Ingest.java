package dev.headroom.apm;

import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.logging.AccessLogWriter;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.UserError;
import dev.headroom.signals.OtlpSignal;
import dev.headroom.spec.ApmSpec;
import dev.headroom.spec.ScaledApp;
import io.netty.channel.EventLoopGroup;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Where OTLP comes in: gRPC and HTTP, each on a port of its own (either port answers both). Takes
 * protobuf and JSON, plain, gzip or zstd, and Zipkin's JSON; says 429 or UNAVAILABLE before the
 * memory fills.
 */
public final class Ingest implements Component, Reloadable<ScaledApp> {
  private final Server server;
  private final ExecutorService decoding;
  private final EventLoopGroup events;
  private final int grpcPort;
  private final int httpPort;

  private Ingest(
      Server server, ExecutorService decoding, EventLoopGroup events, int grpcPort, int httpPort) {
    this.server = server;
    this.decoding = decoding;
    this.events = events;
    this.grpcPort = grpcPort;
    this.httpPort = httpPort;
  }

  /**
   * Binds both ports.
   *
   * @throws UserError when a port is taken or the address is not of this machine
   */
  public static Ingest start(ApmSpec spec, TelemetryStore store) {
    InetAddress address;
    try {
      address = InetAddress.getByName(spec.address());
    } catch (UnknownHostException e) {
      throw UserError.usage(
          "spec.apm.address: " + spec.address() + " (expected: an address of this machine)");
    }
    ExecutorService decoding = Executors.newVirtualThreadPerTaskExecutor();
    EventLoopGroup events = EventLoopGroups.newEventLoopGroup(1, "otlp-ingest");
    Intake intake = new Intake(store);
    ServerBuilder builder =
        Server.builder()
            .http(new InetSocketAddress(address, spec.grpc()))
            // A connection holds little, and an idle SDK exports once a minute.
            .idleTimeout(Duration.ofMinutes(5))
            .requestTimeout(Duration.ofSeconds(30))
            .workerGroup(events, false)
            .errorHandler(new OtlpErrors().orElse(ServerErrorHandler.ofDefault()))
            .gracefulShutdownTimeout(Duration.ZERO, Duration.ofSeconds(2))
            .accessLogWriter(AccessLogWriter.disabled(), false)
            .disableServerHeader()
            .disableDateHeader();
    if (spec.http() == 0 || spec.http() != spec.grpc()) {
      builder.http(new InetSocketAddress(address, spec.http()));
    }
    for (OtlpSignal signal : OtlpSignal.values()) {
      builder
          .route()
          .path(signal.httpPath())
          .maxRequestLength(OtlpHttpService.MOST)
          .build(new OtlpHttpService(signal, intake, decoding));
      builder
          .route()
          .path(signal.grpcPath())
          .maxRequestLength(OtlpGrpcService.MOST + 5)
          .build(new OtlpGrpcService(signal, intake, decoding));
    }
    builder
        .route()
        .path(ZipkinService.PATH)
        .maxRequestLength(OtlpHttpService.MOST)
        .build(new ZipkinService(intake, decoding));
    Server server = builder.build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      server.close();
      decoding.close();
      end(events);
      throw failure(spec, e);
    }
    List<Integer> ports =
        server.activePorts().values().stream()
            .map(ServerPort::localAddress)
            .map(InetSocketAddress::getPort)
            .toList();
    int grpc = ports.contains(spec.grpc()) ? spec.grpc() : ports.getFirst();
    int http =
        ports.contains(spec.http())
            ? spec.http()
            : ports.stream().filter(p -> p != grpc).findFirst().orElse(grpc);
    return new Ingest(server, decoding, events, grpc, http);
  }

  private static RuntimeException failure(ApmSpec spec, CompletionException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException || String.valueOf(cause.getMessage()).contains("bind")) {
        return UserError.machine(
            "%s: port %d (spec.apm.grpc) or %d (spec.apm.http) cannot be bound: %s; stop who has it, or set another port, or 0 for a free one"
                .formatted(spec.address(), spec.grpc(), spec.http(), cause.getMessage()),
            e);
      }
    }
    return e;
  }

  /** The OTLP/gRPC port in use. */
  public int grpcPort() {
    return grpcPort;
  }

  /** The OTLP/HTTP port in use. */
  public int httpPort() {
    return httpPort;
  }

  /**
   * Its ports cannot change while it runs.
   *
   * @throws UserError when they would
   */
  @Override
  public void apply(ScaledApp previous, ScaledApp next) {
    ApmSpec before = previous.apm();
    ApmSpec after = next.apm();
    if (before.grpc() != after.grpc()
        || before.http() != after.http()
        || !before.address().equals(after.address())) {
      throw UserError.usage(
          "spec.apm: %s, ports %d and %d (expected: %s, ports %d and %d as before; restart to change them)"
              .formatted(
                  after.address(),
                  after.grpc(),
                  after.http(),
                  before.address(),
                  before.grpc(),
                  before.http()));
    }
  }

  @Override
  public String name() {
    return "OTLP ingest";
  }

  @Override
  public Health check() {
    return server.isClosed() ? Health.down("closed") : Health.up();
  }

  /** Refuses new requests, finishes those that came in. */
  @Override
  public void close() {
    server.close();
    decoding.close();
    end(events);
  }

  /* Netty's own default waits two seconds for latecomers. */
  private static void end(EventLoopGroup events) {
    var ended = events.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    ended.awaitUninterruptibly(1, TimeUnit.SECONDS);
  }
}
