package dev.headroom.router.pool;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.Tls;
import dev.headroom.router.Member;
import dev.headroom.router.PoolFigures;
import dev.headroom.router.cluster.Cluster;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The pools of one event loop, by login. */
@SuppressWarnings("FutureReturnValueIgnored") // The timer's task does not fail.
public final class ServerPools {
  private final EventLoop loop;
  private final Class<? extends Channel> channelType;
  private final Tls tls;
  private final Supplier<String> nonces;
  private final Cluster cluster;
  private final TimeSource time;
  private final Map<Login, LoginPools> byLogin = new LinkedHashMap<>();
  private int limit;
  private boolean paused;

  public ServerPools(
      EventLoop loop,
      Class<? extends Channel> channelType,
      Tls tls,
      Supplier<String> nonces,
      Cluster cluster,
      TimeSource time,
      int limit) {
    this.loop = loop;
    this.channelType = channelType;
    this.tls = tls;
    this.nonces = nonces;
    this.cluster = cluster;
    this.time = time;
    this.limit = limit;
    loop.scheduleWithFixedDelay(
        () -> byLogin.values().forEach(LoginPools::closeIdle), 10, 10, TimeUnit.SECONDS);
  }

  /** On the loop. */
  public LoginPools of(Login login) {
    LoginPools known = byLogin.get(login);
    if (known != null) {
      return known;
    }
    LoginPools made = new LoginPools(loop, channelType, login, tls, nonces, cluster, time, limit);
    made.pause(paused);
    byLogin.put(login, made);
    return made;
  }

  /** On the loop: these are the members now. */
  public void members(List<Member> members) {
    byLogin.values().forEach(pools -> pools.members(members));
  }

  /** On the loop: of each pool, those to come included. */
  public void limit(int now) {
    limit = now;
    byLogin.values().forEach(pools -> pools.limit(now));
  }

  /** On the loop: of the login's pool of a member, if there is one. */
  public void limit(Login login, String member, int now) {
    LoginPools known = byLogin.get(login);
    if (known != null) {
      known.limit(member, now);
    }
  }

  /** On the loop: who waited for a primary tries again. */
  public void primaryChanged() {
    byLogin.values().forEach(LoginPools::primaryChanged);
  }

  /** On the loop: how each pool stands; one that nobody has asked yet is empty, not absent. */
  public List<PoolFigures> figures() {
    return byLogin.values().stream().flatMap(pools -> pools.figures().stream()).toList();
  }

  /** On the loop: the connections of all pools. */
  public List<ServerFigures> servers() {
    return byLogin.values().stream().flatMap(pools -> pools.servers().stream()).toList();
  }

  public EventLoop loop() {
    return loop;
  }

  /** On the loop: nobody gets a connection, until they do again. Who has one keeps it. */
  public void pause(boolean now) {
    paused = now;
    byLogin.values().forEach(pools -> pools.pause(now));
  }

  /** On the loop: connections that nobody uses are opened anew when they are needed. */
  public void renew() {
    byLogin.values().forEach(LoginPools::renew);
  }

  /** On the loop. */
  public void close() {
    byLogin.values().forEach(LoginPools::close);
    byLogin.clear();
  }
}
