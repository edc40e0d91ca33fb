package dev.headroom.gateway;

import dev.headroom.base.TimeSource;
import dev.headroom.signals.Exchange;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.spec.ScaledApp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A gateway with its replicas and clients for one test; closes all of them. */
final class TestGateways implements AutoCloseable {
  private final List<AutoCloseable> open = new ArrayList<>();
  final Queue<Telemetry> telemetry = new ConcurrentLinkedQueue<>();
  final Queue<Exchange> exchanges = new ConcurrentLinkedQueue<>();

  /** Of each exchange {@code tenant/user}. */
  final Queue<String> callers = new ConcurrentLinkedQueue<>();

  private void heard(Exchange exchange, String tenant, String user) {
    callers.add(tenant + "/" + user);
    exchanges.add(exchange);
  }

  Gateway start(String section, RawUpstream... upstreams) {
    return start(section, TimeSource.system(), upstreams);
  }

  Gateway start(String section, TimeSource time, RawUpstream... upstreams) {
    return start(TestApps.parsed(section), time, Gateway.Options.defaults(), upstreams);
  }

  Gateway start(ScaledApp app, TimeSource time, Gateway.Options options, RawUpstream... upstreams) {
    Gateway gateway = Gateway.start(app, telemetry::add, time, options.withListener(this::heard));
    open.add(gateway);
    List<Replica> replicas = new ArrayList<>();
    for (RawUpstream upstream : upstreams) {
      replicas.add(upstream.replica("web-" + replicas.size()));
    }
    gateway.replicas("web", replicas);
    return gateway;
  }

  RawUpstream upstream(RawUpstream.Handler handler) {
    RawUpstream upstream = new RawUpstream(handler);
    open.add(upstream);
    return upstream;
  }

  RawClient client(Gateway gateway) throws IOException {
    RawClient client = new RawClient(gateway.address());
    open.add(client);
    return client;
  }

  static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited too long");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** The sum of a metric over what has been sent, where the series has the word. */
  double sum(String name, String word) {
    return telemetry.stream()
        .flatMap(each -> each.metrics().stream())
        .filter(metric -> metric.name().equals(name))
        .filter(metric -> metric.attributes().toString().contains(word))
        .mapToDouble(metric -> metric instanceof Metric.Sum sum ? sum.value() : 0)
        .sum();
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }
}
