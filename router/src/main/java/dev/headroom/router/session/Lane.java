package dev.headroom.router.session;

import dev.headroom.base.TimeSource;
import dev.headroom.router.cluster.Cluster;
import dev.headroom.router.pool.Login;
import dev.headroom.router.pool.LoginPools;
import dev.headroom.router.pool.ServerPools;
import dev.headroom.router.pool.Settings;
import dev.headroom.router.statement.AnalysisCache;
import dev.headroom.spec.RouterSpec;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** What the clients of one event loop share. Belongs to the loop, but for what is thread-safe. */
public final class Lane {
  private static final int MAX_LEARNED = 10_000;
  private static final int MAX_GREETINGS = 500;

  /** Whom a greeting is for. */
  record Greeting(Login login, Settings settings) {}

  final ServerPools pools;
  final Cluster cluster;
  final FreshnessKeys keys;
  final Sessions sessions;
  final QueryReport report;
  final TimeSource time;
  final RandomGenerator random;
  final AnalysisCache analyses = new AnalysisCache();
  final PreparedTexts prepared;
  private final Supplier<RouterSpec> spec;
  private final Map<Settings, Settings> sharedSettings = bounded(MAX_GREETINGS);
  private final Map<Login, NotificationHub> hubs = new HashMap<>();
  /* Fingerprints that a replica has refused. */
  private final Map<Long, Boolean> learned = bounded(MAX_LEARNED);
  /* What servers report to a client of that login with these settings. */
  private final Map<Greeting, Map<String, String>> greetings = bounded(MAX_GREETINGS);

  public Lane(
      ServerPools pools,
      Cluster cluster,
      FreshnessKeys keys,
      Sessions sessions,
      QueryReport report,
      TimeSource time,
      RandomGenerator random,
      Supplier<RouterSpec> spec,
      String name) {
    this.pools = pools;
    this.cluster = cluster;
    this.keys = keys;
    this.sessions = sessions;
    this.report = report;
    this.time = time;
    this.random = random;
    this.spec = spec;
    this.prepared = new PreparedTexts(analyses, "headroom_" + name + "_", sessions.schemaVersion());
  }

  private static <K, V> Map<K, V> bounded(int size) {
    return new LinkedHashMap<>(64, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return this.size() > size;
      }
    };
  }

  /** Hears notifications for the clients of a login. */
  NotificationHub notifications(Login login, LoginPools of, EventLoop loop) {
    return hubs.computeIfAbsent(login, l -> new NotificationHub(this, of, loop));
  }

  /** Equal to {@code settings}, and the same for all clients: most have the same. */
  Settings shared(Settings settings) {
    Settings known = sharedSettings.putIfAbsent(settings, settings);
    return known == null ? settings : known;
  }

  RouterSpec spec() {
    return spec.get();
  }

  void learn(long fingerprint) {
    learned.put(fingerprint, true);
  }

  boolean hasLearned(long fingerprint) {
    return learned.get(fingerprint) != null;
  }

  Map<Greeting, Map<String, String>> greetings() {
    return greetings;
  }
}
