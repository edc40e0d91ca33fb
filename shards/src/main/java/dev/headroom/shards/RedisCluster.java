package dev.headroom.shards;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import dev.headroom.shards.Observation.Answer;
import dev.headroom.shards.RedisNode.State;
import dev.headroom.signals.TelemetryConsumer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A Redis Cluster of nodes that somebody else runs: formed, watched, healed. Thread-safe. */
public final class RedisCluster implements Component {
  private static final Logger LOG = System.getLogger(RedisCluster.class.getName());

  private final ClusterSettings settings;
  private final NodeClients clients;
  private final Former former;
  private final Failover failover;
  private final ClusterReport report;
  private final Future<?> timer;

  /* One look, or one healing, at a time. */
  private final ReentrantLock busy = new ReentrantLock();
  private List<Step> wantedBefore = List.of();
  private boolean closed;

  // Written with the lock held, read by check() and nodes(), which must not wait.
  private volatile ClusterView view;

  private RedisCluster(
      ClusterSettings settings,
      NodeClients clients,
      Former former,
      List<Observation> formed,
      TelemetryConsumer telemetry,
      TimeSource time,
      ScheduledExecutorService scheduler) {
    this.settings = settings;
    this.clients = clients;
    this.former = former;
    this.failover = new Failover(clients, time);
    this.report = new ClusterReport(telemetry, time);
    this.view = ClusterView.of(formed);
    report.report(formed, view);
    // Looking waits for nodes that may be silent: not on the scheduler's thread.
    this.timer =
        scheduler.scheduleWithFixedDelay(
            () -> Thread.ofVirtual().name("redis-watch").start(this::look),
            settings.watchEvery().toMillis(),
            settings.watchEvery().toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * Makes one cluster of the nodes, or finds the one they are, and returns once it serves all
   * slots. From then on it is watched.
   *
   * @param scheduler stays the caller's
   */
  public static RedisCluster form(
      ClusterSettings settings,
      TelemetryConsumer telemetry,
      TimeSource time,
      ScheduledExecutorService scheduler)
      throws InterruptedException {
    NodeClients clients = new NodeClients(settings.password());
    try {
      Former former = new Former(settings, clients, time);
      List<Observation> formed = former.form();
      return new RedisCluster(settings, clients, former, formed, telemetry, time, scheduler);
    } catch (RuntimeException | InterruptedException e) {
      clients.close();
      throw e;
    }
  }

  private void look() {
    // A look that takes longer than the interval is not queued behind.
    if (!busy.tryLock()) {
      return;
    }
    try {
      if (!closed) {
        List<Observation> observations = clients.observe(settings.nodes());
        take(observations);
        repair(Former.answers(observations));
      }
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "redis watch", e);
    } finally {
      busy.unlock();
    }
  }

  private void take(List<Observation> observations) {
    ClusterView seen = ClusterView.of(observations);
    view = seen;
    report.report(observations, seen);
  }

  /* What is wanted twice in a row is no passing state, such as that of a master that has just lost
   * its slots and is about to follow who has them now. */
  private void repair(Map<NodeAddress, Answer> answers) {
    List<Step> wanted = answers.isEmpty() ? List.of() : former.formation().repairInUse(answers);
    if (wanted.equals(wantedBefore)) {
      wanted.forEach(step -> former.tryTake(step, answers));
    }
    wantedBefore = wanted;
  }

  /**
   * Tells that the process at {@code address} is dead, for certain. If it was a master, this makes
   * its best replica take over, and returns when that is done, or cannot be: within a second as a
   * rule, four at most.
   *
   * <p>Call it <em>before</em> starting the process again: a master that comes back without its
   * data before anyone took over would empty its replicas.
   */
  public void processDied(NodeAddress address) throws InterruptedException {
    busy.lockInterruptibly();
    try {
      if (!closed) {
        List<NodeAddress> others =
            settings.nodes().stream().filter(node -> !node.equals(address)).toList();
        report.failover(address, failover.heal(address, others));
        take(clients.observe(settings.nodes()));
      }
    } finally {
      busy.unlock();
    }
  }

  /** The nodes as they were last seen, in the order of the settings. */
  public List<RedisNode> nodes() {
    return view.nodes();
  }

  /** Where a client may begin: the first node that is up, for {@code REDIS_URL}. */
  public String connectionUrl() {
    return url(
        nodes().stream()
            .filter(node -> node.state() == State.UP)
            .map(RedisNode::address)
            .findFirst()
            .orElse(settings.nodes().get(0)));
  }

  /** All nodes, for a client that takes several. */
  public List<String> connectionUrls() {
    return settings.nodes().stream().map(this::url).toList();
  }

  private String url(NodeAddress address) {
    return "redis://"
        + settings.password().map(password -> ":" + password + "@").orElse("")
        + address;
  }

  @Override
  public String name() {
    return "redis cluster";
  }

  @Override
  public Health check() {
    return view.health();
  }

  @Override
  public void close() {
    timer.cancel(false);
    busy.lock();
    try {
      if (!closed) {
        closed = true;
        clients.close();
      }
    } finally {
      busy.unlock();
    }
  }
}
