package dev.headroom.shards;

import dev.headroom.base.TimeSource;
import dev.headroom.shards.Observation.Answer;
import io.lettuce.core.RedisException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Makes a replica take the place of a master whose process is known to be dead, without waiting
 * until the cluster finds out by itself, which takes its node timeout and more.
 *
 * <p>The replica that has taken in most asks the other masters for their votes ({@code CLUSTER
 * FAILOVER FORCE}); when most of them are dead too, or the votes do not come, it takes over without
 * ({@code TAKEOVER}).
 */
final class Failover {
  private static final Logger LOG = System.getLogger(Failover.class.getName());
  private static final long POLL_MILLIS = 25;
  /* An election takes about 100 ms. One that was refused, because the heir had not heard of the
   * latest epoch, is not begun anew before four node time-outs have passed, whatever it is told. */
  private static final Duration ELECTION = Duration.ofMillis(800);
  private static final Duration TAKEOVER = Duration.ofSeconds(2);

  private final NodeClients clients;
  private final TimeSource time;

  Failover(NodeClients clients, TimeSource time) {
    this.clients = clients;
    this.time = time;
  }

  /** How it ended. */
  sealed interface Outcome {
    /** The dead node owned nothing: a replica, or somebody took over before. */
    record NotNeeded() implements Outcome {}

    /** {@code master} serves the slots now. */
    record Promoted(NodeAddress master, List<SlotRange> slots, boolean voted) implements Outcome {}

    /** The slots are lost until the dead node is back. */
    record Impossible(String reason) implements Outcome {}
  }

  /** What to do about a dead master, decided from what the others say. */
  record Plan(NodeAddress heir, List<SlotRange> slots, boolean majority) {}

  /** The plan; empty when the dead node is no master, or has no replica that answers. */
  static Optional<Plan> plan(ClusterNode dead, List<Observation> others) {
    List<ClusterNode> owners =
        others.stream()
            .flatMap(observation -> observation.answer().stream())
            .map(Answer::self)
            .filter(ClusterNode::isOwner)
            .toList();
    long ownersInAll =
        others.stream()
            .flatMap(observation -> observation.answer().stream())
            .mapToLong(
                answer -> answer.table().nodes().stream().filter(ClusterNode::isOwner).count())
            .max()
            .orElse(0);
    boolean majority = owners.size() > ownersInAll / 2;
    return others.stream()
        .filter(
            observation ->
                observation
                    .answer()
                    .flatMap(answer -> answer.self().master())
                    .filter(dead.id()::equals)
                    .isPresent())
        .max(
            Comparator.comparingLong(
                observation ->
                    observation
                        .answer()
                        .map(answer -> answer.info().replicationOffset())
                        .orElse(-1L)))
        .map(heir -> new Plan(heir.address(), dead.slots(), majority));
  }

  /** The dead node as the others know it, if they hold it for an owner of slots. */
  static Optional<ClusterNode> deadOwner(NodeAddress dead, List<Observation> others) {
    return others.stream()
        .flatMap(observation -> observation.answer().stream())
        .max(
            Comparator.comparingLong(
                answer ->
                    answer.table().nodes().stream()
                        .mapToLong(ClusterNode::configEpoch)
                        .max()
                        .orElse(0)))
        .flatMap(answer -> answer.table().byAddress(dead))
        .filter(ClusterNode::isOwner);
  }

  /** Heals the shard of {@code dead}; {@code others} are the addresses of all other nodes. */
  Outcome heal(NodeAddress dead, List<NodeAddress> others) throws InterruptedException {
    List<Observation> observations = clients.observe(others);
    Optional<ClusterNode> owner = deadOwner(dead, observations);
    if (owner.isEmpty()) {
      return new Outcome.NotNeeded();
    }
    Optional<Plan> plan = plan(owner.get(), observations);
    if (plan.isEmpty()) {
      return new Outcome.Impossible("none of its replicas answers");
    }
    NodeAddress heir = plan.get().heir();
    if (plan.get().majority()) {
      tell(heir, false);
      if (awaitOwner(heir, ELECTION)) {
        return new Outcome.Promoted(heir, plan.get().slots(), true);
      }
    }
    // The owner is dead for certain: nobody else can hold its slots, so no vote is needed.
    tell(heir, true);
    return awaitOwner(heir, TAKEOVER)
        ? new Outcome.Promoted(heir, plan.get().slots(), false)
        : new Outcome.Impossible(heir + " did not take over");
  }

  private void tell(NodeAddress heir, boolean takeover) {
    try {
      clients.call(heir, redis -> redis.clusterFailover(!takeover, takeover));
    } catch (RedisException e) {
      // It may have been elected in between, which shows at once.
      LOG.log(Level.DEBUG, () -> "CLUSTER FAILOVER at %s: %s".formatted(heir, e.getMessage()));
    }
  }

  private boolean awaitOwner(NodeAddress heir, Duration bound) throws InterruptedException {
    long start = time.nanoTime();
    while (time.nanoTime() - start < bound.toNanos()) {
      if (clients.observe(heir).answer().filter(answer -> answer.self().isOwner()).isPresent()) {
        return true;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return false;
  }
}
