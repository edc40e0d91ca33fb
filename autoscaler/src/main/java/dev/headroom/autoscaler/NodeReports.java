package dev.headroom.autoscaler;

import dev.headroom.base.Durations;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tells what happens to nodes, and what they are and cost. All of it is labelled as simulated. */
final class NodeReports {
  private static final Logger LOG = System.getLogger(NodePool.class.getName());
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom");

  private final TelemetryConsumer telemetry;
  private final TimeSource time;

  NodeReports(TelemetryConsumer telemetry, TimeSource time) {
    this.telemetry = telemetry;
    this.time = time;
  }

  void added(VirtualNode node, String reason) {
    changed(node, "added", reason);
  }

  void removed(VirtualNode node, String reason) {
    changed(node, "removed", reason);
  }

  private void changed(VirtualNode node, String what, String reason) {
    event(
        Vocabulary.EVENT_NODE,
        LogRecord.INFO,
        "%s %s: %s".formatted(node.inWords(), what, reason),
        Map.of(
            Vocabulary.NODE,
            node.name(),
            Vocabulary.STATE,
            what,
            Vocabulary.REASON,
            reason,
            "host.type",
            node.type().name(),
            Vocabulary.CAPACITY_TYPE,
            node.capacity().word()));
  }

  /** A node is given back because it is empty or its replicas fit elsewhere. */
  void consolidation(VirtualNode node, String state, String reason, double saving) {
    event(
        Vocabulary.EVENT_CONSOLIDATION,
        LogRecord.INFO,
        "consolidation of %s %s: %s; saves %.4f USD/h"
            .formatted(node.inWords(), state, reason, saving),
        Map.of(
            Vocabulary.NODE,
            node.name(),
            Vocabulary.STATE,
            state,
            Vocabulary.REASON,
            reason,
            Vocabulary.SAVING,
            saving,
            "headroom.replicas",
            node.replicas().size()));
  }

  void interrupted(VirtualNode node, Duration notice) {
    String shortened =
        notice.equals(NodePoolSettings.REAL_NOTICE)
            ? ""
            : ", shortened from EC2's " + Durations.format(NodePoolSettings.REAL_NOTICE);
    event(
        Vocabulary.EVENT_INTERRUPTION,
        LogRecord.WARN,
        "%s is taken away in %s%s; its %d replicas move first"
            .formatted(node.inWords(), Durations.format(notice), shortened, node.replicas().size()),
        Map.of(
            Vocabulary.NODE,
            node.name(),
            Vocabulary.STATE,
            "noticed",
            "headroom.notice_seconds",
            notice.toMillis() / 1000.0,
            "headroom.replicas",
            node.replicas().size()));
  }

  /** With whatever was still on it. */
  void taken(VirtualNode node) {
    event(
        Vocabulary.EVENT_INTERRUPTION,
        node.isEmpty() ? LogRecord.INFO : LogRecord.WARN,
        node.isEmpty()
            ? node.inWords() + " was taken away; all its replicas had moved"
            : "%s was taken away with %d replicas that had not moved"
                .formatted(node.inWords(), node.replicas().size()),
        Map.of(
            Vocabulary.NODE,
            node.name(),
            Vocabulary.STATE,
            "over",
            "headroom.killed",
            node.replicas().size()));
  }

  private void event(String name, int severity, String body, Map<String, Object> attributes) {
    LOG.log(Level.DEBUG, body);
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                severity,
                name,
                body,
                Attributes.of(attributes).with(Vocabulary.SIMULATED, true))));
  }

  void measured(List<VirtualNode> nodes, NodePlanner.FixedFleet fixed) {
    List<Metric> metrics = new ArrayList<>();
    nodes.forEach(node -> measure(node, metrics));
    for (Capacity capacity : Capacity.values()) {
      add(
          metrics,
          Vocabulary.NODES_COST,
          "USD/h",
          Attributes.of(Vocabulary.CAPACITY_TYPE, capacity.word()),
          nodes.stream()
              .filter(node -> node.capacity() == capacity)
              .mapToDouble(VirtualNode::pricePerHour)
              .sum());
    }
    add(
        metrics,
        Vocabulary.NODES_BASELINE_COST,
        "USD/h",
        Attributes.of("headroom.nodes", fixed.nodes(), "host.type", fixed.type().name()),
        fixed.costPerHour());
    telemetry.accept(Telemetry.metrics(metrics));
  }

  private void measure(VirtualNode node, List<Metric> metrics) {
    Attributes attributes = Attributes.of(Vocabulary.NODE, node.name());
    add(
        metrics,
        Vocabulary.NODE_STATE,
        "1",
        Attributes.of(
            Vocabulary.NODE,
            node.name(),
            Vocabulary.STATE,
            state(node),
            "host.type",
            node.type().name(),
            "cloud.availability_zone",
            node.zone(),
            Vocabulary.CAPACITY_TYPE,
            node.capacity().word(),
            Vocabulary.PRICE,
            node.pricePerHour()),
        1);
    add(metrics, Vocabulary.NODE_CPU_REQUESTED, "{cpu}", attributes, node.cpuRequested().cores());
    add(
        metrics,
        Vocabulary.NODE_CPU_ALLOCATABLE,
        "{cpu}",
        attributes,
        node.type().allocatableCpu().cores());
    add(
        metrics,
        Vocabulary.NODE_MEMORY_REQUESTED,
        "By",
        attributes,
        (double) node.memoryRequested().bytes());
    add(
        metrics,
        Vocabulary.NODE_MEMORY_ALLOCATABLE,
        "By",
        attributes,
        (double) node.type().allocatableMemory().bytes());
  }

  private static String state(VirtualNode node) {
    return switch (node.phase()) {
      case READY -> node.isEmpty() ? "empty" : "ready";
      case DRAINING -> "draining";
      case INTERRUPTED -> "interrupted";
    };
  }

  private void add(
      List<Metric> metrics, String name, String unit, Attributes attributes, double value) {
    long now = time.epochNanos();
    metrics.add(
        new Metric.Gauge(
            name,
            unit,
            attributes.with(Vocabulary.SIMULATED, true),
            RESOURCE,
            now - NodePool.INTERVAL.toNanos(),
            now,
            value));
  }
}
