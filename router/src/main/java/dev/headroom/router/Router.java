package dev.headroom.router;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.Credential;
import dev.headroom.router.cluster.Cluster;
import dev.headroom.router.cluster.ClusterView;
import dev.headroom.router.pool.Login;
import dev.headroom.router.pool.Logins;
import dev.headroom.router.pool.PoolName;
import dev.headroom.router.pool.ServerFigures;
import dev.headroom.router.pool.ServerPools;
import dev.headroom.router.session.AuthQuery;
import dev.headroom.router.session.ClientFigures;
import dev.headroom.router.session.ClientLogin;
import dev.headroom.router.session.FreshnessKeys;
import dev.headroom.router.session.Lane;
import dev.headroom.router.session.Sessions;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.spec.RouterSpec;
import dev.headroom.spec.ScaledApp;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL in front of a primary and its replicas: pools connections by transaction, sends proven
 * reads to replicas that have what the session has written, everything else to the primary.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
public final class Router implements Component, Reloadable<ScaledApp> {
  private static final Logger LOG = System.getLogger(Router.class.getName());
  private static final int CELL_SECONDS = 5;

  private final EventLoopGroup group;
  private final Channel listener;
  private final Cluster cluster;
  private final Sessions sessions;
  private final Map<EventLoop, ServerPools> pools;
  private final RouterTelemetry telemetry;
  /* Replaced by apply(); read by every session. */
  private final SpecHolder spec;
  private final Admissions admissions;
  private final AuthQuery authQuery;
  private final PoolSizing sizing;
  private volatile boolean closed;

  private static final class SpecHolder implements Supplier<RouterSpec> {
    private volatile RouterSpec spec;

    SpecHolder(RouterSpec spec) {
      this.spec = spec;
    }

    @Override
    public RouterSpec get() {
      return spec;
    }
  }

  private Router(
      EventLoopGroup group,
      Channel listener,
      Cluster cluster,
      Sessions sessions,
      Map<EventLoop, ServerPools> pools,
      RouterTelemetry telemetry,
      SpecHolder spec,
      Admissions admissions,
      AuthQuery authQuery,
      TimeSource time) {
    this.group = group;
    this.listener = listener;
    this.cluster = cluster;
    this.sessions = sessions;
    this.pools = pools;
    this.telemetry = telemetry;
    this.spec = spec;
    this.admissions = admissions;
    this.authQuery = authQuery;
    this.sizing = new PoolSizing(time, this::limit);
  }

  /**
   * Listens when it returns. Members may be unreachable, now or later: clients wait for them.
   *
   * @param clients what the document asks of clients
   * @param queries is told of every statement
   */
  public static Router start(
      RouterSpec settings,
      List<Member> members,
      DatabaseAccess access,
      ClientAccess clients,
      QueryListener queries,
      TelemetryConsumer consumer,
      TimeSource time) {
    SpecHolder spec = new SpecHolder(settings);
    SecureRandom secure = new SecureRandom();
    byte[] salt = new byte[16];
    secure.nextBytes(salt);
    Admissions admissions = new Admissions(access, clients, Bytes.of(salt));
    admissions.take(settings);
    RandomGenerator random = RandomGenerator.getDefault();
    Supplier<String> nonces = () -> nonce(secure);
    boolean epoll = Epoll.isAvailable();
    int loops = loops(settings);
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            loops,
            new DefaultThreadFactory("router"),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Class<? extends SocketChannel> channelType =
        epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    Class<? extends ServerSocketChannel> listenerType =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;

    SlowStatements slow = new SlowStatements(spec);
    RouterTelemetry telemetry = new RouterTelemetry(time, consumer, queries, random, slow);
    Cluster cluster = new Cluster(access, time);
    Sessions sessions = new Sessions();
    FreshnessKeys keys = new FreshnessKeys();
    Logins logins = new Logins();
    Login application =
        logins.of(access.database(), access.user(), new Credential.Password(access.password()));
    AuthQuery authQuery = new AuthQuery(cluster, access, Bytes.of(salt), time);
    Controls controls = new Controls();
    ClientLogin.Gate gate =
        new ClientLogin.Gate(
            application,
            logins,
            admissions,
            authQuery,
            spec,
            nonces,
            Bytes.of(nonce(secure)),
            new RouterAdmin(controls, slow));
    Map<EventLoop, ServerPools> pools = new LinkedHashMap<>();
    Map<EventLoop, Lane> lanes = new LinkedHashMap<>();
    for (EventExecutor executor : group) {
      EventLoop loop = (EventLoop) executor;
      ServerPools own =
          new ServerPools(
              loop, channelType, access.servers(), nonces, cluster, time, share(settings, loops));
      loop.execute(() -> own.of(application));
      pools.put(loop, own);
      lanes.put(
          loop,
          new Lane(
              own,
              cluster,
              keys,
              sessions,
              telemetry,
              time,
              random(),
              spec,
              Integer.toString(lanes.size())));
    }
    try {
      Channel listener =
          listen(settings, group, listenerType, loop -> new ClientLogin(lane(lanes, loop), gate));
      Router router =
          new Router(
              group,
              listener,
              cluster,
              sessions,
              pools,
              telemetry,
              spec,
              admissions,
              authQuery,
              time);
      controls.router = router;
      cluster.addListener(router::clusterChanged);
      router.members(members);
      group
          .next()
          .scheduleWithFixedDelay(router::flush, CELL_SECONDS, CELL_SECONDS, TimeUnit.SECONDS);
      return router;
    } catch (RuntimeException e) {
      authQuery.close();
      cluster.close();
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw e;
    }
  }

  private static RandomGenerator random() {
    return RandomGenerator.of("L64X128MixRandom");
  }

  private static Lane lane(Map<EventLoop, Lane> lanes, EventLoop loop) {
    Lane lane = lanes.get(loop);
    if (lane == null) {
      throw new IllegalStateException("event loop without a lane: " + loop);
    }
    return lane;
  }

  /* One loop carries some 25,000 statements a second; pools are split among loops. */
  private static int loops(RouterSpec settings) {
    int byCores = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    return Math.max(1, Math.min(byCores, settings.pool().connections() / 4));
  }

  private static int share(RouterSpec settings, int loops) {
    return Math.max(1, settings.pool().connections() / loops);
  }

  private static String nonce(SecureRandom random) {
    byte[] bytes = new byte[18];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Makes the handler of a new client. */
  private interface Handlers {
    ClientLogin on(EventLoop loop);
  }

  private static Channel listen(
      RouterSpec settings,
      EventLoopGroup group,
      Class<? extends ServerSocketChannel> type,
      Handlers handlers) {
    InetSocketAddress address = new InetSocketAddress(settings.address(), settings.listen());
    var bound =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(64 * 1024, 256 * 1024))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast("login", handlers.on(channel.eventLoop()));
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw UserError.machine(
          "router: cannot listen on "
              + settings.address()
              + ":"
              + settings.listen()
              + ": "
              + bound.cause().getMessage()
              + "; stop what listens there, or change spec.router.listen (0 picks a free port)",
          bound.cause());
    }
    return bound.channel();
  }

  /** Where clients connect. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** From now on these are the servers; may be called at any time, from any thread. */
  public void members(List<Member> members) {
    List<Member> now = List.copyOf(members);
    cluster.members(now);
    for (ServerPools own : pools.values()) {
      own.loop().execute(() -> own.members(now));
    }
  }

  private void clusterChanged(ClusterView before, ClusterView after) {
    if (!before.primary().equals(after.primary())) {
      LOG.log(
          Level.INFO,
          "primary: {0}, timeline {1}",
          after.primary().map(Member::name).orElse("none (" + after.trouble() + ")"),
          after.timeline());
      for (ServerPools own : pools.values()) {
        own.loop().execute(own::primaryChanged);
      }
    }
    telemetry.primaryChanged(before, after);
  }

  /**
   * The pools, one of each member and login; empty once the router is closed. Asks the event loops
   * and waits for them: not to be called on one.
   */
  public List<PoolFigures> pools() {
    return PoolFigures.sums(onEachLoop(ServerPools::figures), PoolFigures::name);
  }

  /* Waits for the loops; what a closed one has to say is left out. */
  private <T> List<T> onEachLoop(Function<ServerPools, List<T>> question) {
    List<T> answers = new ArrayList<>();
    try {
      for (ServerPools own : pools.values()) {
        answers.addAll(own.loop().submit(() -> question.apply(own)).get(2, TimeUnit.SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
      return answers;
    }
    return answers;
  }

  /**
   * From now on nobody gets a server connection; clients wait, and see no error for it. Who is in a
   * transaction finishes it.
   *
   * @return true when within {@code atMost} no connection is in use any more
   */
  public boolean pause(Duration atMost) throws InterruptedException {
    pools.values().forEach(own -> own.loop().execute(() -> own.pause(true)));
    long deadline = System.nanoTime() + atMost.toNanos();
    while (pools().stream().anyMatch(pool -> pool.active() > 0)) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      Thread.sleep(20);
    }
    return true;
  }

  /** Ends a pause. */
  public void resume() {
    pools.values().forEach(own -> own.loop().execute(() -> own.pause(false)));
  }

  /**
   * Takes no new clients, and waits for those it has to leave: an application that has been pointed
   * at the database itself leaves as its connections are replaced, and sees no error.
   *
   * @return true when within {@code atMost} all have left; else those that remain are sent away
   */
  public boolean drain(Duration atMost) throws InterruptedException {
    listener.close().awaitUninterruptibly();
    long deadline = System.nanoTime() + atMost.toNanos();
    while (sessions.count() > 0) {
      if (System.nanoTime() - deadline > 0) {
        sessions.closeAll();
        return false;
      }
      Thread.sleep(20);
    }
    return true;
  }

  /* The admin database's hands; it is made before the router is. */
  private static final class Controls implements RouterAdmin.Target {
    private volatile @Nullable Router router;

    private Router router() {
      Router present = router;
      if (present == null) {
        throw new IllegalStateException("the router has not started");
      }
      return present;
    }

    @Override
    public List<PoolFigures> pools() {
      return router().pools();
    }

    @Override
    public String sizing(PoolName pool) {
      return router().sizing.reason(pool);
    }

    @Override
    public List<ServerFigures> servers() {
      return router().onEachLoop(ServerPools::servers);
    }

    @Override
    public List<ClientFigures> clients() {
      return router().sessions.figures();
    }

    @Override
    public List<QueryStats.Row> queries() {
      return router().telemetry.queries();
    }

    @Override
    public List<MemberFigures> members() {
      return router().telemetry.members(router().cluster);
    }

    @Override
    public boolean pause(Duration atMost) throws InterruptedException {
      return router().pause(atMost);
    }

    @Override
    public void resume() {
      router().resume();
    }

    @Override
    public void reload() {
      router().admissions.take(router().spec.get());
      router().cluster.schemaChanged();
    }

    @Override
    public void reconnect() {
      router().pools.values().forEach(own -> own.loop().execute(own::renew));
    }

    @Override
    public void drain(Duration atMost) {
      Router draining = router();
      Thread.ofVirtual()
          .name("router drain")
          .start(
              () -> {
                try {
                  draining.drain(atMost);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
    }
  }

  private void flush() {
    Thread.ofVirtual()
        .name("router telemetry")
        .start(
            () -> {
              List<PoolFigures> figures = pools();
              telemetry.flush(cluster, sessions.count(), figures);
              sizing.tune(figures, cluster.connections(), spec.get().pool());
            });
  }

  private void limit(PoolFigures pool, PoolTuner.Decision decision, String shown) {
    int share = Math.max(1, (decision.limit() + pools.size() - 1) / pools.size());
    int limit = share * pools.size();
    if (limit == pool.limit()) {
      return; // The loops share evenly, so that a step may be too small to be taken.
    }
    for (ServerPools own : pools.values()) {
      own.loop().execute(() -> own.limit(pool.name().login(), pool.member(), share));
    }
    telemetry.resized(pool, limit, decision.reason(), shown);
  }

  @Override
  public String name() {
    return "router";
  }

  @Override
  public Health check() {
    ClusterView view = cluster.view();
    if (closed) {
      return Health.down("stopped");
    }
    if (view.primary().isEmpty()) {
      return view.replicas().isEmpty()
          ? Health.down(view.trouble())
          : Health.degraded("reads only: " + view.trouble());
    }
    return Health.up();
  }

  @Override
  public void apply(ScaledApp previous, ScaledApp next) {
    RouterSpec settings = next.router();
    boolean moved =
        settings.listen() != previous.router().listen()
            || !settings.address().equals(previous.router().address());
    if (moved) {
      throw UserError.usage(
          "spec.router.listen: "
              + settings.address()
              + ":"
              + settings.listen()
              + " (expected: unchanged while running); start a new router there");
    }
    admissions.take(settings);
    spec.spec = settings;
    if (settings.pool().equals(previous.router().pool())) {
      return; // What auto has found stays.
    }
    int share = share(settings, pools.size());
    for (ServerPools own : pools.values()) {
      own.loop().execute(() -> own.limit(share));
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    listener.close().awaitUninterruptibly();
    sessions.closeAll();
    for (ServerPools own : pools.values()) {
      own.loop().execute(own::close);
    }
    authQuery.close();
    cluster.close();
    group.shutdownGracefully(100, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5000);
  }
}
