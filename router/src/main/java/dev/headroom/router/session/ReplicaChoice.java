package dev.headroom.router.session;

import dev.headroom.router.Member;
import dev.headroom.router.cluster.ClusterView;
import dev.headroom.router.cluster.Mark;
import dev.headroom.router.pool.LoginPools;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Picks a replica: of two fresh ones at random, the one that is expected to answer sooner. The two
 * may be the same one, so that none is ever left out and its cost forgotten.
 */
final class ReplicaChoice {
  private final Lane lane;
  private final LoginPools pools;

  ReplicaChoice(Lane lane, LoginPools pools) {
    this.lane = lane;
    this.pools = pools;
  }

  /** A replica that has what {@code mark} asks for, or null. */
  @Nullable Member pick(Mark mark) {
    ClusterView view = lane.cluster.view();
    List<Member> fresh = new ArrayList<>(view.replicas().size());
    for (Member replica : view.replicas()) {
      if (lane.cluster.isFresh(replica, mark)
          && lane.cluster.isWithin(replica, lane.spec().maxLag())) {
        fresh.add(replica);
      }
    }
    if (fresh.isEmpty()) {
      return null;
    }
    Member first = fresh.get(lane.random.nextInt(fresh.size()));
    if (fresh.size() == 1) {
      return first;
    }
    Member second = fresh.get(lane.random.nextInt(fresh.size()));
    return pools.of(second).load() < pools.of(first).load() ? second : first;
  }
}
