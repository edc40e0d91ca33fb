package dev.headroom.router.pool;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.Tls;
import dev.headroom.router.Member;
import dev.headroom.router.PoolFigures;
import dev.headroom.router.cluster.Cluster;
import dev.headroom.router.cluster.ClusterView;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The pools of one login on one event loop, and who waits there for a primary to appear. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
public final class LoginPools {
  private static final int CONNECT_MILLIS = 2000;

  private final EventLoop loop;
  private final Class<? extends Channel> channelType;
  private final Login login;
  private final Tls tls;
  private final Supplier<String> nonces;
  private final Cluster cluster;
  private final TimeSource time;
  private final Map<Member, ServerPool> pools = new LinkedHashMap<>();
  private final List<Waiter> waitingForPrimary = new ArrayList<>();
  /* Of one connection each, to the primary. */
  private final List<ServerPool> beside = new ArrayList<>();
  private int limit;
  private boolean paused;

  LoginPools(
      EventLoop loop,
      Class<? extends Channel> channelType,
      Login login,
      Tls tls,
      Supplier<String> nonces,
      Cluster cluster,
      TimeSource time,
      int limit) {
    this.loop = loop;
    this.channelType = channelType;
    this.login = login;
    this.tls = tls;
    this.nonces = nonces;
    this.cluster = cluster;
    this.time = time;
    this.limit = limit;
  }

  /** These are the members now. */
  void members(List<Member> members) {
    List<Member> gone = new ArrayList<>(pools.keySet());
    gone.removeAll(members);
    closeBeside(pool -> !members.contains(pool.member()));
    for (Member member : gone) {
      ServerPool pool = pools.remove(member);
      if (pool != null) {
        pool.close();
      }
    }
  }

  /** Of all pools, those to come included. */
  void limit(int now) {
    limit = now;
    pools.values().forEach(pool -> pool.limit(now));
  }

  /** Of one pool that there is. */
  void limit(String member, int now) {
    pools.values().stream()
        .filter(pool -> pool.member().name().equals(member))
        .forEach(pool -> pool.limit(now));
  }

  public ServerPool of(Member member) {
    ServerPool known = pools.get(member);
    if (known != null) {
      return known;
    }
    ServerPool pool = new ServerPool(member, login, limit, this::open, cluster::suspect, time);
    pool.pause(paused);
    pools.put(member, pool);
    return pool;
  }

  /** Waits for a connection to the primary, for the primary itself if there is none. */
  public void acquirePrimary(Waiter waiter) {
    Optional<Member> primary = cluster.view().primary();
    if (primary.isEmpty()) {
      waitingForPrimary.add(waiter);
    } else {
      of(primary.get()).acquire(waiter);
    }
  }

  /**
   * Opens a connection to the primary that is no part of its pool, for what lasts; it is closed
   * when it is released, and when the primary is another one. Without a primary it is refused at
   * once.
   */
  public void acquireBeside(Waiter waiter) {
    Optional<Member> primary = cluster.view().primary();
    if (primary.isEmpty()) {
      waiter.refused(cluster.view().trouble());
      return;
    }
    closeBeside(pool -> pool.servers().isEmpty());
    ServerPool pool = new ServerPool(primary.get(), login, 1, this::open, cluster::suspect, time);
    beside.add(pool);
    pool.acquire(waiter);
  }

  private void closeBeside(Predicate<ServerPool> which) {
    List<ServerPool> closing = beside.stream().filter(which).toList();
    beside.removeAll(closing);
    closing.forEach(ServerPool::closeAll);
  }

  /** Who waited for a primary tries again. */
  void primaryChanged() {
    closeBeside(pool -> !cluster.view().primary().equals(Optional.of(pool.member())));
    List<Waiter> waiting = new ArrayList<>(waitingForPrimary);
    waitingForPrimary.clear();
    waiting.forEach(this::acquirePrimary);
  }

  /** Takes back every wish of {@code waiter}. */
  public void forget(Waiter waiter) {
    waitingForPrimary.remove(waiter);
    pools.values().forEach(pool -> pool.forget(waiter));
  }

  /** The whole situation, for who has waited too long. */
  public String describe() {
    StringBuilder text = new StringBuilder();
    String trouble = cluster.view().trouble();
    if (!trouble.isEmpty()) {
      text.append(trouble).append(" (waiting=").append(waitingForPrimary.size()).append(")");
    }
    for (ServerPool pool : pools.values()) {
      text.append(text.isEmpty() ? "" : "; ").append(pool.describe());
    }
    return text.toString();
  }

  /** How each pool stands; one that nobody has asked yet is empty, not absent. */
  List<PoolFigures> figures() {
    cluster.view().primary().ifPresent(this::of);
    cluster.view().replicas().forEach(this::of);
    return pools.values().stream().map(pool -> pool.figures(role(pool.member()))).toList();
  }

  /** The connections of all pools. */
  List<ServerFigures> servers() {
    return Stream.concat(pools.values().stream(), beside.stream())
        .flatMap(pool -> pool.servers().stream())
        .toList();
  }

  private String role(Member member) {
    ClusterView view = cluster.view();
    if (view.primary().equals(Optional.of(member))) {
      return "primary";
    }
    return view.replicas().contains(member) ? "replica" : "down";
  }

  /** Nobody gets a connection, until they do again. Who has one keeps it. */
  void pause(boolean now) {
    paused = now;
    pools.values().forEach(pool -> pool.pause(now));
  }

  public boolean isPaused() {
    return paused;
  }

  /** Connections that nobody uses are opened anew when they are needed. */
  void renew() {
    pools.values().forEach(ServerPool::renew);
  }

  void closeIdle() {
    pools.values().forEach(ServerPool::closeIdle);
  }

  void close() {
    closeBeside(pool -> true);
    pools.values().forEach(ServerPool::close);
    pools.clear();
  }

  private void open(ServerPool pool) {
    InetSocketAddress address = pool.member().address();
    ServerHandshake handshake = new ServerHandshake(pool, login, nonces.get());
    InetSocketAddress resolved = new InetSocketAddress(address.getHostString(), address.getPort());
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(channelType)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls.isEnabled()) {
                      channel.pipeline().addLast(new TlsRequest(tls, resolved));
                    }
                    channel.pipeline().addLast(handshake);
                  }
                })
            .connect(resolved);
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            pool.openingFailed(String.valueOf(connecting.cause().getMessage()));
          }
        });
  }
}
