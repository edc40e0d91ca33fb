package dev.headroom.shards;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The steps against a model of nodes that do what Redis does with them, gossip included. */
class FormationTest {
  private static final List<NodeAddress> SIX = addresses(6);

  private final Formation formation = new Formation(SIX, 1);

  @Test
  void emptyNodesGetEpochsAndSlotsThenMeetThenFollow() {
    Model model = new Model(SIX);

    assertThat(formation.next(model.answers()))
        .containsExactly(
            new Step.SetConfigEpoch(SIX.get(0), 1),
            new Step.AddSlots(SIX.get(0), List.of(new SlotRange(0, 5460))),
            new Step.SetConfigEpoch(SIX.get(1), 2),
            new Step.AddSlots(SIX.get(1), List.of(new SlotRange(5461, 10921))),
            new Step.SetConfigEpoch(SIX.get(2), 3),
            new Step.AddSlots(SIX.get(2), List.of(new SlotRange(10922, 16383))));
    model.take(formation.next(model.answers()));
    assertThat(formation.next(model.answers()))
        .hasSize(5)
        .allMatch(step -> step.at().equals(SIX.get(0)) && step instanceof Step.Meet);
    model.take(formation.next(model.answers()));
    assertThat(formation.next(model.answers()))
        .containsExactly(
            new Step.Replicate(SIX.get(3), "id-7000"),
            new Step.Replicate(SIX.get(4), "id-7001"),
            new Step.Replicate(SIX.get(5), "id-7002"));
    model.take(formation.next(model.answers()));
    assertThat(formation.next(model.answers())).isEmpty();
  }

  /* Gossip takes its time: for a moment the host knows all nodes and another one does not. A
  cluster without replicas was once taken for whole then. */
  @Test
  void aNodeThatHasNotHeardOfAllIsWaitedFor() {
    Model model = new Model(SIX);
    model.take(formation.next(model.answers()));
    model.take(formation.next(model.answers()));
    model.node(SIX.get(5)).known.remove("id-7001");
    assertThat(formation.next(model.answers())).isEmpty();
    assertThat(formation.isDone(model.answers())).isFalse();

    model.node(SIX.get(5)).known.put("id-7001", SIX.get(1));
    assertThat(formation.isDone(model.answers())).isFalse();
    model.take(formation.next(model.answers()));
    assertThat(formation.isDone(model.answers())).isTrue();
  }

  /* Killed at any step, the next one carries on. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
  void aHalfMadeClusterIsFinished(int done) {
    Model model = new Model(SIX);
    List<Step> taken = new ArrayList<>();
    for (List<Step> steps = formation.next(model.answers());
        !steps.isEmpty() && taken.size() < done;
        steps = formation.next(model.answers())) {
      List<Step> some = steps.subList(0, Math.min(steps.size(), done - taken.size()));
      model.take(some);
      taken.addAll(some);
    }

    model.finish(new Formation(SIX, 1));

    model.assertWhole(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void endsWholeWhereverItBegins(long seed) {
    Random random = new Random(seed);
    int perShard = random.nextInt(0, 3);
    int shards = random.nextInt(1, 6);
    List<NodeAddress> nodes = addresses(shards * (1 + perShard));
    Model model = new Model(nodes);
    model.take(
        new Formation(nodes, perShard)
            .next(model.answers()).stream().filter(_ -> random.nextBoolean()).toList());
    for (int i = 0; i < random.nextInt(nodes.size()); i++) {
      model.take(
          List.of(
              new Step.Meet(
                  nodes.get(random.nextInt(nodes.size())),
                  nodes.get(random.nextInt(nodes.size())))));
    }

    model.finish(new Formation(nodes, perShard));

    model.assertWhole(shards);
  }

  @Test
  void aNodeThatLostItsMemoryIsMetAgainFollowsAndItsOldIdIsForgotten() {
    Model model = new Model(SIX);
    model.finish(formation);
    model.node(SIX.get(4)).id = "new-7004";
    model.node(SIX.get(4)).master = "";
    model.node(SIX.get(4)).known.clear();
    model.node(SIX.get(4)).known.put("new-7004", SIX.get(4));
    model.failed.add("id-7004");

    assertThat(formation.repairInUse(model.answers()))
        .containsExactly(new Step.Meet(SIX.get(0), SIX.get(4)));
    model.take(formation.repairInUse(model.answers()));
    assertThat(formation.repairInUse(model.answers()))
        .hasSize(5 + 1)
        .allMatch(step -> step instanceof Step.Forget(var _, String id) && id.equals("id-7004"));
    model.take(formation.repairInUse(model.answers()));
    assertThat(formation.repairInUse(model.answers()))
        .containsExactly(new Step.Replicate(SIX.get(4), "id-7001"));
  }

  @Test
  void inUseNoSlotsAreGivenOut() {
    Model model = new Model(SIX);

    assertThat(formation.repairInUse(model.answers()))
        .isNotEmpty()
        .noneMatch(step -> step instanceof Step.AddSlots);
    model.take(formation.repairInUse(model.answers()));
    assertThat(formation.repairInUse(model.answers())).isEmpty();
  }

  private static List<NodeAddress> addresses(int count) {
    List<NodeAddress> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      addresses.add(new NodeAddress("127.0.0.1", 7000 + i));
    }
    return addresses;
  }

  /* Nodes that carry out steps; gossip reaches everyone at once. */
  private static final class Model {
    final Map<NodeAddress, Node> nodes = new LinkedHashMap<>();
    final List<String> failed = new ArrayList<>();

    private static final class Node {
      String id;
      String master = "";
      long epoch;
      final BitSet slots = new BitSet();
      final Map<String, NodeAddress> known = new LinkedHashMap<>();

      Node(NodeAddress address) {
        this.id = "id-" + address.port();
        known.put(id, address);
      }
    }

    Model(List<NodeAddress> addresses) {
      addresses.forEach(address -> nodes.put(address, new Node(address)));
    }

    Map<NodeAddress, Observation.Answer> answers() {
      Map<NodeAddress, Observation.Answer> answers = new LinkedHashMap<>();
      nodes.forEach(
          (address, node) -> {
            StringBuilder table = new StringBuilder();
            node.known.forEach((id, at) -> table.append(line(id, at, id.equals(node.id))));
            answers.put(
                address,
                new Observation.Answer(
                    ClusterTable.parse(table.toString()),
                    ServerInfo.parse("redis_version:6.2.11")));
          });
      return answers;
    }

    private String line(String id, NodeAddress at, boolean self) {
      Node node =
          nodes.values().stream().filter(each -> each.id.equals(id)).findFirst().orElse(null);
      String master = node == null ? "" : node.master;
      boolean replica = !master.isEmpty();
      return "%s %s@%d %s%s%s %s 0 0 %d connected %s\n"
          .formatted(
              id,
              at,
              at.port() + 10000,
              self ? "myself," : "",
              replica ? "slave" : "master",
              failed.contains(id) ? ",fail" : "",
              replica ? master : "-",
              node == null ? 0 : node.epoch,
              node == null ? "" : SlotRange.inWords(SlotRange.of(node.slots)).replace(',', ' '));
    }

    void take(List<Step> steps) {
      steps.forEach(this::take);
    }

    private void take(Step step) {
      Node at = node(step.at());
      switch (step) {
        case Step.SetConfigEpoch(var _, long epoch) -> {
          assertThat(at.known).hasSize(1);
          assertThat(at.epoch).isZero();
          at.epoch = epoch;
        }
        case Step.AddSlots(var _, List<SlotRange> slots) -> {
          BitSet more = new BitSet();
          SlotRange.addTo(more, slots);
          nodes.values().forEach(node -> assertThat(node.slots.intersects(more)).isFalse());
          assertThat(at.master).isEmpty();
          at.slots.or(more);
        }
        case Step.Meet(var _, NodeAddress other) -> {
          Map<String, NodeAddress> all = new LinkedHashMap<>(at.known);
          all.putAll(node(other).known);
          List.copyOf(all.values()).forEach(each -> all.putAll(node(each).known));
          all.values().forEach(each -> node(each).known.putAll(all));
        }
        case Step.Replicate(var _, String master) -> {
          assertThat(at.slots.isEmpty()).isTrue();
          assertThat(at.known).containsKey(master);
          at.master = master;
        }
        case Step.Forget(var _, String id) -> at.known.remove(id);
      }
    }

    private Node node(NodeAddress address) {
      return Objects.requireNonNull(nodes.get(address), address::toString);
    }

    void finish(Formation formation) {
      for (int round = 0; round < 20; round++) {
        take(formation.next(answers()));
      }
      assertThat(formation.next(answers())).isEmpty();
    }

    void assertWhole(int shards) {
      BitSet served = new BitSet();
      Map<String, Integer> replicas = new LinkedHashMap<>();
      nodes.values().stream()
          .filter(node -> node.master.isEmpty())
          .forEach(
              node -> {
                served.or(node.slots);
                replicas.put(node.id, 0);
              });
      nodes.values().stream()
          .filter(node -> !node.master.isEmpty())
          .forEach(node -> replicas.merge(node.master, 1, Integer::sum));
      assertThat(served.cardinality()).isEqualTo(SlotRange.ALL);
      assertThat(replicas).hasSize(shards);
      assertThat(new TreeSet<>(replicas.values())).as("replicas per shard").hasSize(1);
      nodes.values().forEach(node -> assertThat(node.known).hasSize(nodes.size()));
    }
  }
}
