package dev.headroom.gateway.proxy;

import dev.headroom.gateway.accesslog.AccessLog;
import dev.headroom.gateway.cache.CacheRule;
import dev.headroom.gateway.identity.Identities;
import dev.headroom.gateway.identity.TrustedProxies;
import dev.headroom.gateway.limits.Limiter;
import dev.headroom.spec.CallerKind;
import dev.headroom.spec.GatewaySpec;
import java.util.List;

/**
 * What the document says and a request needs; replaced as a whole when the document changes.
 *
 * @param hashKey what balance: hash goes by
 * @param redirect whether plain HTTP is sent to HTTPS
 * @param strictTransport a field line for HTTPS responses; may be empty
 * @param securePort {@code :port} of HTTPS as a redirect names it; empty for 443
 */
public record Settings(
    RouteTable routes,
    Timeouts timeouts,
    Identities identities,
    Limiter limiter,
    List<CacheRule> cacheRules,
    Affinity affinity,
    CallerKind hashKey,
    TrustedProxies proxies,
    AccessLog accessLog,
    boolean redirect,
    String strictTransport,
    String securePort) {

  public Settings {
    cacheRules = List.copyOf(cacheRules);
  }

  /** Of no document: answers nothing. */
  public static final Settings NONE =
      new Settings(
          new RouteTable.Builder().build(),
          Timeouts.of(GatewaySpec.listening("127.0.0.1", 0)),
          Identities.NONE,
          Limiter.NONE,
          List.of(),
          Affinity.NONE,
          CallerKind.USER,
          TrustedProxies.NONE,
          AccessLog.NONE,
          false,
          "",
          "");

  /** The same, once the port is known. */
  public Settings withSecurePort(String port) {
    return new Settings(
        routes,
        timeouts,
        identities,
        limiter,
        cacheRules,
        affinity,
        hashKey,
        proxies,
        accessLog,
        redirect,
        strictTransport,
        port);
  }
}
