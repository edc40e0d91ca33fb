package dev.headroom.demo.api;

import dev.headroom.demo.db.DatabaseUrl;
import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.telemetry.Instance;
import java.time.Duration;
import java.util.Optional;

/**
 * What a replica is told.
 *
 * @param waits factor on the emulated downstream times; 0 leaves them out
 * @param drain how long a stopping replica still takes requests, so that its health is noticed
 */
public record ApiConfig(
    String host,
    int port,
    String databaseUrl,
    Optional<String> redisUrl,
    Optional<String> partnerUrl,
    String jwtSecret,
    Faults faults,
    int workers,
    int pool,
    double waits,
    Duration drain,
    Optional<String> accessLog,
    Instance instance) {

  private static final int SMALL_POOL = 2;

  /** Reads the environment; see the README for the names. */
  public static ApiConfig of(Settings settings) {
    Faults faults = Faults.of(settings);
    int workers = settings.number("DEMO_WORKERS", 8, 1, 1_000);
    int pool = faults.on(Fault.POOL_TOO_SMALL) ? Math.min(SMALL_POOL, workers) : workers + 1;
    return new ApiConfig(
        settings.text("HOST", "127.0.0.1"),
        settings.number("PORT", 8081, 0, 65_535),
        DatabaseUrl.of(settings),
        settings.find("REDIS_URL"),
        settings.find("PARTNER_URL"),
        settings.text("JWT_SECRET", "headroom-demo-secret"),
        faults,
        workers,
        settings.number("DEMO_POOL", pool, 1, 1_000),
        settings.ratio("DEMO_WAITS", 1, 10),
        Duration.ofMillis(settings.number("DEMO_DRAIN_MS", 1_000, 0, 60_000)),
        settings.find("DEMO_ACCESS_LOG"),
        Instance.of(settings, "api"));
  }
}
