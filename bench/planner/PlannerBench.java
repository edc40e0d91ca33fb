import dev.headroom.autoscaler.NodePool;
import dev.headroom.autoscaler.NodePoolSettings;
import dev.headroom.autoscaler.Placement;
import dev.headroom.autoscaler.ReplicaRequest;
import dev.headroom.autoscaler.ReplicaSize;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.base.TimeSource;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Places pods on nodes from nothing, in the shape of Karpenter's scheduling benchmark
 * (pkg/controllers/provisioning/scheduling/scheduling_benchmark_test.go): so many pods in five
 * equal groups, random sizes of its table, hundreds of instance types, no cluster.
 *
 * <p>Not the same: our planner spreads every service over zones and nodes and knows no
 * anti-affinity, and there are the catalogue's 334 types, of which it chooses within the families.
 */
final class PlannerBench {
  private static final int[] PODS = {1, 50, 100, 500, 1000, 2000, 5000, 10_000, 20_000};
  private static final long[] MILLICORES = {100, 250, 500, 1000, 1500};
  private static final long[] MEBIBYTES = {100, 256, 512, 1024, 2048, 4096};
  private static final int MOST_PER_SERVICE = 1000;

  public static void main(String[] args) {
    int rounds = Integer.parseInt(args[0]);
    int most = Integer.parseInt(args[1]);
    System.out.printf(
        Locale.ROOT, "%8s %12s %12s %8s %10s%n", "pods", "median s", "pods/s", "nodes", "USD/h");
    run(500, 0); // The JIT's warm-up.
    for (int pods : Arrays.stream(PODS).filter(n -> n <= most).toArray()) {
      double[] seconds = new double[rounds];
      Result result = null;
      for (int round = 0; round < rounds; round++) {
        result = run(pods, round);
        seconds[round] = result.seconds();
      }
      Arrays.sort(seconds);
      double median = seconds[rounds / 2];
      System.out.printf(
          Locale.ROOT,
          "%8d %12.4f %12.0f %8d %10.2f%n",
          pods,
          median,
          pods / median,
          result.nodes(),
          result.costPerHour());
    }
  }

  private record Result(double seconds, int nodes, double costPerHour) {}

  private static Result run(int pods, long seed) {
    Random random = new Random(seed);
    List<ReplicaRequest> requests = new ArrayList<>();
    int groups = Math.max(5, (pods + MOST_PER_SERVICE - 1) / MOST_PER_SERVICE);
    for (int i = 0; i < pods; i++) {
      String service = "s" + i % groups;
      requests.add(
          new ReplicaRequest(
              service + "-" + i,
              service,
              new ReplicaSize(
                  new Cpu(MILLICORES[random.nextInt(MILLICORES.length)]),
                  ByteSize.mebibytes(MEBIBYTES[random.nextInt(MEBIBYTES.length)]))));
    }
    ScaledApp app = document(groups, Math.max(1, pods / groups));
    ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    long start = System.nanoTime();
    try (NodePool pool =
        NodePool.start(app, NodePoolSettings.calm(), _ -> {}, TimeSource.system(), scheduler)) {
      for (ReplicaRequest request : requests) {
        if (pool.place(request) instanceof Placement.Unplaceable(String reason)) {
          throw new IllegalStateException(reason);
        }
      }
      double seconds = Duration.ofNanos(System.nanoTime() - start).toNanos() / 1e9;
      return new Result(seconds, pool.nodes().size(), pool.costPerHour());
    } finally {
      scheduler.shutdownNow();
    }
  }

  /* Mean sizes of the tables: what the peak is planned with. */
  private static ScaledApp document(int groups, int replicas) {
    StringBuilder yaml =
        new StringBuilder(
            "apiVersion: headroom.dev/v1alpha1\nkind: ScaledApp\nmetadata: {name: bench}\nspec:\n"
                + "  nodes: {min: 1, max: 1000, families: [c7i, m7i, r7i]}\n  services:\n");
    for (int i = 0; i < groups; i++) {
      yaml.append(
          "    s%d: {command: [x], replicas: {min: 1, max: %d}, resources: {cpu: 670m, memory: 1340Mi}}\n"
              .formatted(i, replicas));
    }
    return Documents.parse(List.of(new Source("bench.yaml", yaml.toString())));
  }

  private PlannerBench() {}
}
