package dev.headroom.console;

import dev.headroom.apm.Analyses;
import dev.headroom.apm.Window;
import java.util.List;
import java.util.Locale;

/** Who calls whom. */
record ServiceMap(List<Node> nodes, List<Edge> edges) {

  static ServiceMap of(Reads reads, Window window) {
    Analyses.ServiceMap map = reads.queries().serviceMap(window);
    double seconds = window.seconds();
    return new ServiceMap(
        map.nodes().stream().map(node -> Node.of(node, seconds)).toList(),
        map.edges().stream().map(Edge::of).toList());
  }

  /** What is called or calls. */
  record Node(
      String name, String kind, long count, double perSecond, long errors, Latency latency) {

    private static Node of(Analyses.Node node, double seconds) {
      return new Node(
          node.name(),
          node.kind().name().toLowerCase(Locale.ROOT),
          node.count(),
          node.count() / seconds,
          node.errors(),
          Latency.of(node.latency()));
    }
  }

  /** Calls from one to another. */
  record Edge(String from, String to, long count, double perSecond, long errors, Latency latency) {

    private static Edge of(Analyses.Edge edge) {
      return new Edge(
          edge.from(),
          edge.to(),
          edge.count(),
          edge.ratePerSecond(),
          edge.errors(),
          Latency.of(edge.latency()));
    }
  }
}
