package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.base.Percent;
import dev.headroom.spec.NodesSpec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Karpenter's NodePools, one of spot and one of on-demand capacity, and the EC2NodeClass of both.
 *
 * <p>Karpenter knows no share of spot capacity. The two pools divide ten values of one node label
 * among them, and pods spread evenly over its values: seven values of ten are seven pods of ten.
 */
final class NodeObjects {
  private static final int SHARES = 10;

  private NodeObjects() {}

  static void add(Application app, Plan.Draft draft) {
    if (!app.spec().containsKey("nodes")) {
      return;
    }
    for (Kind kind : List.of(Kind.NODE_POOL, Kind.NODE_CLASS)) {
      if (!app.serves(kind)) {
        draft.find(Finding.missing(Finding.NODES, kind));
        return;
      }
    }
    if (app.settings().clusterName().isEmpty()) {
      draft.find(
          Finding.bad(
              Finding.NODES,
              "ClusterNameMissing",
              "the operator does not know the name of this EKS cluster (expected: --cluster-name,"
                  + " or clusterName in the chart's values); Karpenter finds subnets and security"
                  + " groups by it"));
      return;
    }
    NodesSpec nodes = app.document().nodes();
    draft.add(nodeClass(app));
    int spot = spotShares(nodes.spot());
    if (spot > 0) {
      draft.add(pool(app, "spot", 0, spot, share(nodes.max(), spot)));
    }
    if (spot < SHARES) {
      int max = spot == 0 ? nodes.max() : nodes.max() - share(nodes.max(), spot);
      draft.add(pool(app, "on-demand", spot, SHARES, Math.max(1, max)));
    }
    draft.find(
        Finding.good(
            Finding.NODES,
            "Planned",
            "%d of 10 parts spot, at most %d nodes; Karpenter has no smallest number of nodes, so"
                    .formatted(spot, nodes.max())
                + " nodes.min counts only as far as replicas need it"));
  }

  /** How many of ten parts are spot capacity; never more than is allowed. */
  static int spotShares(Percent spot) {
    return (int) (spot.fraction() * SHARES + 1e-9);
  }

  private static int share(int max, int spot) {
    return Math.max(1, max * spot / SHARES);
  }

  private static GenericKubernetesResource nodeClass(Application app) {
    String cluster = app.settings().clusterName();
    List<Object> discovered = list(map("tags", map("karpenter.sh/discovery", cluster)));
    return Manifest.object(
        Kind.NODE_CLASS.apiVersion(),
        Kind.NODE_CLASS.kind(),
        app.id().clusterWide("nodes"),
        map(
            "spec",
            map(
                "amiSelectorTerms",
                list(map("alias", "al2023@latest")),
                "role",
                "KarpenterNodeRole-" + cluster,
                "subnetSelectorTerms",
                discovered,
                "securityGroupSelectorTerms",
                discovered,
                "tags",
                map(AppIdentity.APP, app.id().name()))));
  }

  private static GenericKubernetesResource pool(
      Application app, String capacityType, int from, int to, int max) {
    NodesSpec nodes = app.document().nodes();
    String owner = app.id().namespace() + "." + app.id().name();
    List<Object> values =
        IntStream.range(from, to).mapToObj(value -> (Object) Integer.toString(value)).toList();
    return Manifest.object(
        Kind.NODE_POOL.apiVersion(),
        Kind.NODE_POOL.kind(),
        app.id().clusterWide(capacityType),
        map(
            "spec",
            map(
                "template",
                map(
                    "metadata",
                    map("labels", map(Pods.NODES_OF, owner)),
                    "spec",
                    map(
                        "nodeClassRef",
                        map(
                            "group",
                            Kind.NODE_CLASS.group(),
                            "kind",
                            Kind.NODE_CLASS.kind(),
                            "name",
                            app.id().clusterWide("nodes").getName()),
                        "requirements",
                        list(
                            in("karpenter.sh/capacity-type", list(capacityType)),
                            in("karpenter.k8s.aws/instance-family", List.copyOf(nodes.families())),
                            in("kubernetes.io/os", list("linux")),
                            in(Pods.CAPACITY_SPREAD, values)))),
                "disruption",
                map(
                    "consolidationPolicy",
                    switch (nodes.consolidationPolicy()) {
                      case WHEN_EMPTY -> "WhenEmpty";
                      case WHEN_EMPTY_OR_UNDERUTILIZED -> "WhenEmptyOrUnderutilized";
                    },
                    "consolidateAfter",
                    nodes.consolidateAfter().toSeconds() + "s",
                    "budgets",
                    list(map("nodes", "10%"))),
                "limits",
                map("nodes", Integer.toString(max)))));
  }

  private static Map<String, Object> in(String key, List<Object> values) {
    return map("key", key, "operator", "In", "values", values);
  }
}
