package dev.headroom.shards;

import dev.headroom.shards.Observation.Answer;
import dev.headroom.shards.Step.AddSlots;
import dev.headroom.shards.Step.Forget;
import dev.headroom.shards.Step.Meet;
import dev.headroom.shards.Step.Replicate;
import dev.headroom.shards.Step.SetConfigEpoch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What has to be done next so that nodes become one cluster. Asked again and again with what the
 * nodes say now, it ends with nothing to do, wherever it starts: with empty nodes, with a cluster
 * that was half made when its maker was killed, or with one that is whole.
 *
 * <p>The stages, each begun when the one before is over: masters get an epoch and their slots while
 * they are still alone; all meet; ids whose nodes are gone are forgotten; slots that nobody serves
 * are given out; nodes without slots follow the master with the fewest replicas. The first
 * addresses become the masters.
 */
final class Formation {
  private final List<NodeAddress> addresses;
  private final int masters;

  Formation(List<NodeAddress> addresses, int replicasPerShard) {
    this.addresses = List.copyOf(addresses);
    this.masters = addresses.size() / (1 + replicasPerShard);
  }

  /** The steps of the stage that {@code answers}, one of every address, are in. */
  List<Step> next(Map<NodeAddress, Answer> answers) {
    List<Step> steps = new ArrayList<>();
    if (answers.values().stream().allMatch(answer -> answer.table().isAlone())) {
      steps.addAll(firstSlots(answers));
    }
    if (steps.isEmpty()) {
      steps.addAll(repair(answers));
    }
    if (steps.isEmpty() && isAcquainted(answers)) {
      steps.addAll(orphanedSlots(answers));
    }
    if (steps.isEmpty() && isAcquainted(answers)) {
      steps.addAll(followers(answers));
    }
    return steps;
  }

  /**
   * Is there nothing left to do? No step alone does not say so: while a node has not heard of all
   * others yet, the next stage has not begun.
   */
  boolean isDone(Map<NodeAddress, Answer> answers) {
    return isAcquainted(answers) && next(answers).isEmpty();
  }

  /** What can be done while the cluster is in use: nothing that gives out slots. */
  List<Step> repairInUse(Map<NodeAddress, Answer> answers) {
    List<Step> steps = new ArrayList<>(repair(answers));
    if (steps.isEmpty() && isAcquainted(answers) && unserved(answers).isEmpty()) {
      steps.addAll(followers(answers));
    }
    return steps;
  }

  /* Before anyone has met anyone: half made or not, each range goes to the node at its place. */
  private List<Step> firstSlots(Map<NodeAddress, Answer> answers) {
    List<Step> steps = new ArrayList<>();
    BitSet unserved = unserved(answers);
    List<NodeAddress> without =
        addresses.subList(0, masters).stream()
            .filter(address -> isIdle(of(address, answers)))
            .toList();
    List<List<SlotRange>> shares = shares(unserved, without.size());
    for (int i = 0; i < without.size(); i++) {
      NodeAddress address = without.get(i);
      if (!shares.get(i).isEmpty()) {
        if (of(address, answers).self().configEpoch() == 0) {
          steps.add(new SetConfigEpoch(address, addresses.indexOf(address) + 1));
        }
        steps.add(new AddSlots(address, shares.get(i)));
      }
    }
    return steps;
  }

  private List<Step> repair(Map<NodeAddress, Answer> answers) {
    List<Step> steps = new ArrayList<>(introductions(answers));
    if (steps.isEmpty() && isAcquainted(answers)) {
      steps.addAll(farewells(answers));
    }
    return steps;
  }

  /* The node that knows most is introduced to those whom it does not know, by id and address. */
  private List<Step> introductions(Map<NodeAddress, Answer> answers) {
    List<Step> steps = new ArrayList<>();
    NodeAddress host =
        answers.entrySet().stream()
            .max(
                Comparator.<Map.Entry<NodeAddress, Answer>>comparingInt(
                        entry -> acquaintances(entry.getValue(), answers))
                    .thenComparingInt(entry -> -addresses.indexOf(entry.getKey())))
            .orElseThrow()
            .getKey();
    ClusterTable known = of(host, answers).table();
    answers.forEach(
        (address, answer) -> {
          if (!address.equals(host) && !knows(known, address, answer)) {
            steps.add(new Meet(host, address));
          }
        });
    return steps;
  }

  private static int acquaintances(Answer answer, Map<NodeAddress, Answer> answers) {
    return (int)
        answers.entrySet().stream()
            .filter(other -> knows(answer.table(), other.getKey(), other.getValue()))
            .count();
  }

  private static boolean knows(ClusterTable table, NodeAddress address, Answer other) {
    return table
        .byId(other.self().id())
        .filter(node -> !node.isShakingHands())
        .filter(node -> node.isSelf() || node.address().equals(address))
        .isPresent();
  }

  private static boolean isAcquainted(Map<NodeAddress, Answer> answers) {
    return answers.values().stream()
        .allMatch(answer -> acquaintances(answer, answers) == answers.size());
  }

  /* An id is gone for good when another one answers at its address. */
  private static List<Step> farewells(Map<NodeAddress, Answer> answers) {
    Set<String> present = new HashSet<>();
    answers.values().forEach(answer -> present.add(answer.self().id()));
    List<Step> steps = new ArrayList<>();
    answers.forEach(
        (address, answer) -> {
          for (ClusterNode node : answer.table().nodes()) {
            if (node.isFailed()
                && node.slots().isEmpty()
                && !present.contains(node.id())
                && answers.containsKey(node.address())) {
              steps.add(new Forget(address, node.id()));
            }
          }
        });
    return steps;
  }

  /* Slots that nobody serves go to masters without any, else to those with the fewest. */
  private List<Step> orphanedSlots(Map<NodeAddress, Answer> answers) {
    BitSet unserved = unserved(answers);
    if (unserved.isEmpty()) {
      return List.of();
    }
    List<NodeAddress> takers =
        addresses.stream().limit(masters).filter(at -> isIdle(of(at, answers))).toList();
    if (takers.isEmpty()) {
      takers =
          addresses.stream()
              .filter(at -> of(at, answers).self().isOwner())
              .sorted(Comparator.comparingInt(at -> served(of(at, answers).self())))
              .toList();
    }
    List<Step> steps = new ArrayList<>();
    List<List<SlotRange>> shares = shares(unserved, takers.size());
    for (int i = 0; i < takers.size(); i++) {
      if (!shares.get(i).isEmpty()) {
        steps.add(new AddSlots(takers.get(i), shares.get(i)));
      }
    }
    return steps;
  }

  private static int served(ClusterNode node) {
    return node.slots().stream().mapToInt(SlotRange::count).sum();
  }

  private List<Step> followers(Map<NodeAddress, Answer> answers) {
    Map<String, Integer> replicas = new HashMap<>();
    List<String> owners = new ArrayList<>();
    List<NodeAddress> here = addresses.stream().filter(answers::containsKey).toList();
    for (NodeAddress address : here) {
      ClusterNode self = of(address, answers).self();
      if (self.isOwner()) {
        owners.add(self.id());
      }
      self.master().ifPresent(master -> replicas.merge(master, 1, Integer::sum));
    }
    List<Step> steps = new ArrayList<>();
    for (NodeAddress address : here) {
      if (!owners.isEmpty() && isIdle(of(address, answers))) {
        String master =
            owners.stream()
                .min(Comparator.comparingInt(owner -> replicas.getOrDefault(owner, 0)))
                .orElseThrow();
        replicas.merge(master, 1, Integer::sum);
        steps.add(new Replicate(address, master));
      }
    }
    return steps;
  }

  private static Answer of(NodeAddress address, Map<NodeAddress, Answer> answers) {
    return Objects.requireNonNull(answers.get(address), address::toString);
  }

  private static boolean isIdle(Answer answer) {
    return answer.self().isMaster() && answer.self().slots().isEmpty();
  }

  /* What no node claims for itself, nor any says of a node that is not here. */
  private static BitSet unserved(Map<NodeAddress, Answer> answers) {
    BitSet served = new BitSet(SlotRange.ALL);
    for (Answer answer : answers.values()) {
      for (ClusterNode node : answer.table().nodes()) {
        SlotRange.addTo(served, node.slots());
      }
    }
    served.flip(0, SlotRange.ALL);
    return served;
  }

  /** {@code slots} in {@code count} shares of about the same size, in their order. */
  static List<List<SlotRange>> shares(BitSet slots, int count) {
    List<List<SlotRange>> shares = new ArrayList<>();
    int total = slots.cardinality();
    int slot = slots.nextSetBit(0);
    for (int i = 0; i < count; i++) {
      BitSet share = new BitSet();
      for (int n = total * i / count; n < total * (i + 1) / count; n++) {
        share.set(slot);
        slot = slots.nextSetBit(slot + 1);
      }
      shares.add(SlotRange.of(share));
    }
    return shares;
  }
}
