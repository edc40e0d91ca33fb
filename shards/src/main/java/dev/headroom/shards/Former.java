package dev.headroom.shards;

import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.shards.Observation.Answer;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Carries the {@link Formation} out. */
final class Former {
  private static final Logger LOG = System.getLogger(Former.class.getName());
  private static final long POLL_MILLIS = 50;
  /* A meeting takes about two rounds of gossip; asked again earlier, it would begin anew. */
  private static final long MEETING_NANOS = 3_000_000_000L;

  private final ClusterSettings settings;
  private final NodeClients clients;
  private final Formation formation;
  private final TimeSource time;

  Former(ClusterSettings settings, NodeClients clients, TimeSource time) {
    this.settings = settings;
    this.clients = clients;
    this.time = time;
    this.formation = new Formation(settings.nodes(), settings.replicasPerShard());
  }

  Formation formation() {
    return formation;
  }

  /** Returns once the cluster is whole, with what its nodes said then. */
  List<Observation> form() throws InterruptedException {
    long start = time.nanoTime();
    long lastMeeting = start - MEETING_NANOS;
    List<Observation> observations;
    do {
      observations = clients.observe(settings.nodes());
      Map<NodeAddress, Answer> answers = answers(observations);
      if (answers.size() == settings.nodes().size()) {
        List<Step> steps = formation.next(answers);
        boolean meeting = steps.stream().anyMatch(Step.Meet.class::isInstance);
        if (formation.isDone(answers) && isWhole(answers)) {
          return observations;
        }
        if (!meeting || time.nanoTime() - lastMeeting >= MEETING_NANOS) {
          lastMeeting = meeting ? time.nanoTime() : lastMeeting;
          steps.forEach(step -> tryTake(step, answers));
        }
      }
      Thread.sleep(POLL_MILLIS);
    } while (time.nanoTime() - start < settings.formWithin().toNanos());
    ClusterView view = ClusterView.of(observations);
    if (view.unserved().isEmpty()) {
      // One node that does not come up must not keep the others from serving.
      LOG.log(Level.WARNING, "Redis Cluster: {0}", view.health());
      return observations;
    }
    throw UserError.machine(
        "Redis Cluster was not whole within %d s: %s; see the nodes' logs, and empty their folders"
            .formatted(settings.formWithin().toSeconds(), describe(observations)));
  }

  private static String describe(List<Observation> observations) {
    return observations.stream()
        .map(
            observation ->
                observation.address()
                    + " "
                    + observation
                        .answer()
                        .map(
                            answer ->
                                "knows %d nodes, %s"
                                    .formatted(
                                        answer.table().nodes().size(),
                                        answer.info().fields().get("cluster_state")))
                        .orElse(observation.trouble()))
        .collect(Collectors.joining("; "));
  }

  static Map<NodeAddress, Answer> answers(List<Observation> observations) {
    Map<NodeAddress, Answer> answers = new LinkedHashMap<>();
    observations.forEach(
        observation ->
            observation.answer().ifPresent(answer -> answers.put(observation.address(), answer)));
    return answers;
  }

  private static boolean isWhole(Map<NodeAddress, Answer> answers) {
    return answers.values().stream()
        .map(Answer::info)
        .allMatch(info -> info.isClusterComplete() && info.isLinkedToMaster() && !info.isLoading());
  }

  /** Tells the node; one that refuses, or is gone, is seen again the next time. */
  void tryTake(Step step, Map<NodeAddress, Answer> answers) {
    try {
      take(step, answers);
      LOG.log(Level.DEBUG, "Redis Cluster: {0}", step);
    } catch (RedisException e) {
      LOG.log(Level.DEBUG, () -> "Redis Cluster: %s: %s".formatted(step, e.getMessage()));
    }
  }

  private void take(Step step, Map<NodeAddress, Answer> answers) {
    NodeAddress at = step.at();
    switch (step) {
      case Step.SetConfigEpoch(var _, long epoch) ->
          clients.call(at, redis -> redis.clusterSetConfigEpoch(epoch));
      case Step.AddSlots(var _, List<SlotRange> slots) -> {
        Answer answer = answers.get(at);
        addSlots(at, slots, answer != null && answer.info().takesSlotRanges());
      }
      case Step.Meet(var _, NodeAddress other) ->
          clients.call(at, redis -> redis.clusterMeet(other.host(), other.port()));
      case Step.Replicate(var _, String master) ->
          clients.call(at, redis -> redis.clusterReplicate(master));
      case Step.Forget(var _, String id) -> clients.call(at, redis -> redis.clusterForget(id));
    }
  }

  @SuppressWarnings("unchecked")
  private void addSlots(NodeAddress at, List<SlotRange> slots, boolean asRanges) {
    if (asRanges) {
      Range<Integer>[] ranges =
          slots.stream().map(slot -> Range.create(slot.first(), slot.last())).toArray(Range[]::new);
      clients.call(at, redis -> redis.clusterAddSlotsRange(ranges));
    } else {
      int[] each =
          slots.stream()
              .flatMapToInt(slot -> IntStream.rangeClosed(slot.first(), slot.last()))
              .toArray();
      clients.call(at, redis -> redis.clusterAddSlots(each));
    }
  }
}
