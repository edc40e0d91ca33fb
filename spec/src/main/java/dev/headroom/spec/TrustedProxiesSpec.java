package dev.headroom.spec;

import dev.headroom.base.Network;
import java.util.List;

/** Proxies before the gateway whose word about the client is taken; nobody else's is. */
public record TrustedProxiesSpec(
    @Setting(
            value = "Their addresses, and networks such as 10.0.0.0/8, of which all are proxies.",
            required = true)
        List<Network> networks,
    @Setting(value = "How they name the client; other ways are not believed.", def = "x-forwarded")
        Naming clientBy) {

  public TrustedProxiesSpec {
    networks = List.copyOf(networks);
  }

  /** How a proxy names the client. */
  public enum Naming {
    /** {@code X-Forwarded-For} and {@code X-Forwarded-Proto}. */
    X_FORWARDED,
    /** RFC 7239. */
    FORWARDED,
    /** A PROXY header, version 1 or 2, before anything else on each of their connections. */
    PROXY_PROTOCOL
  }
}
