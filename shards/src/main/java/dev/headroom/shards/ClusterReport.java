package dev.headroom.shards;

import dev.headroom.base.TimeSource;
import dev.headroom.shards.RedisNode.Role;
import dev.headroom.shards.RedisNode.State;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells telemetry what was seen, and what changed since. Not thread-safe. */
final class ClusterReport {
  private static final Logger LOG = System.getLogger(RedisCluster.class.getName());
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom");
  private static final String NODE = "headroom.redis.node";

  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final Map<NodeAddress, Counters> counters = new HashMap<>();
  private Optional<ClusterView> last = Optional.empty();
  private long lastNanos;

  private record Counters(long hits, long misses) {}

  ClusterReport(TelemetryConsumer telemetry, TimeSource time) {
    this.telemetry = telemetry;
    this.time = time;
    this.lastNanos = time.epochNanos();
  }

  void report(List<Observation> observations, ClusterView view) {
    last.ifPresent(previous -> view.nodes().forEach(node -> tellChange(previous, node)));
    last = Optional.of(view);

    long now = time.epochNanos();
    List<Metric> metrics = new ArrayList<>();
    for (RedisNode node : view.nodes()) {
      metrics.add(gauge(Vocabulary.REDIS_NODE, "1", attributes(node), 1, now));
    }
    for (Observation observation : observations) {
      observation
          .answer()
          .ifPresent(answer -> measure(observation.address(), answer.info(), metrics, now));
    }
    telemetry.accept(Telemetry.metrics(metrics));
    lastNanos = now;
  }

  private void measure(NodeAddress address, ServerInfo info, List<Metric> metrics, long now) {
    Attributes series = Attributes.of(NODE, address.toString());
    metrics.add(gauge(Vocabulary.REDIS_KEYS, "{key}", series, info.keys(), now));
    metrics.add(gauge(Vocabulary.REDIS_MEMORY, "By", series, info.usedMemory(), now));
    metrics.add(gauge(Vocabulary.REDIS_MEMORY_LIMIT, "By", series, info.maxMemory(), now));
    Counters before = counters.put(address, new Counters(info.hits(), info.misses()));
    if (before != null) {
      metrics.add(
          sum(Vocabulary.REDIS_HITS, "{hit}", series, grown(before.hits, info.hits()), now));
      metrics.add(
          sum(Vocabulary.REDIS_MISSES, "{miss}", series, grown(before.misses, info.misses()), now));
    }
  }

  /* A counter that is smaller than it was began anew with its process. */
  private static long grown(long before, long now) {
    return now >= before ? now - before : now;
  }

  private void tellChange(ClusterView previous, RedisNode node) {
    RedisNode before = previous.at(node.address()).orElse(node);
    if (node.state() == State.DOWN && before.state() != State.DOWN) {
      event(node, LogRecord.WARN, "down", before.inWords() + " is down: " + node.trouble());
    } else if (node.state() != State.DOWN && before.state() == State.DOWN) {
      event(node, LogRecord.INFO, "up", "answers again, as " + node.inWords());
    } else if (node.role() != before.role()) {
      event(node, LogRecord.INFO, node.role().word(), "has become " + node.inWords());
    }
  }

  /** Tells what was done about a dead master. */
  void failover(NodeAddress dead, Failover.Outcome outcome) {
    switch (outcome) {
      case Failover.Outcome.NotNeeded() -> {}
      case Failover.Outcome.Promoted(NodeAddress master, var slots, boolean voted) ->
          event(
              master.toString(),
              LogRecord.WARN,
              "failover",
              "takes %s over from %s, whose process died%s"
                  .formatted(
                      SlotRange.inWords(slots),
                      dead,
                      voted ? "" : ", without the votes of most masters"));
      case Failover.Outcome.Impossible(String reason) ->
          event(
              dead.toString(),
              LogRecord.ERROR,
              "failover",
              "died, and its slots are served by nobody: " + reason);
    }
  }

  private void event(RedisNode node, int severity, String state, String reason) {
    event(node.address().toString(), severity, state, reason);
  }

  private void event(String node, int severity, String state, String reason) {
    String body = "redis " + node + " " + reason;
    LOG.log(severity >= LogRecord.WARN ? Level.WARNING : Level.INFO, body);
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                severity,
                Vocabulary.EVENT_REDIS,
                body,
                Attributes.of(NODE, node, Vocabulary.STATE, state, Vocabulary.REASON, reason))));
  }

  private static Attributes attributes(RedisNode node) {
    Attributes attributes =
        Attributes.of(
            NODE,
            node.address().toString(),
            Vocabulary.ROLE,
            node.role().word(),
            Vocabulary.STATE,
            node.state().word());
    return node.role() == Role.MASTER
        ? attributes.with("headroom.redis.slots", SlotRange.inWords(node.slots()))
        : attributes.with(
            "headroom.redis.master", node.master().map(NodeAddress::toString).orElse(""));
  }

  private Metric gauge(String name, String unit, Attributes attributes, long value, long now) {
    return new Metric.Gauge(name, unit, attributes, RESOURCE, lastNanos, now, (double) value);
  }

  private Metric sum(String name, String unit, Attributes attributes, long value, long now) {
    return new Metric.Sum(name, unit, attributes, RESOURCE, lastNanos, now, (double) value);
  }
}
