package dev.headroom.gateway.identity;

import dev.headroom.base.Network;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.spec.TrustedProxiesSpec;
import dev.headroom.spec.TrustedProxiesSpec.Naming;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose word about the client is taken. Each proxy adds the address that it was asked from at the
 * end of a list; read from there, the first address that is no trusted proxy is the client, and
 * what stands before it is only what the client has said.
 */
public final class TrustedProxies {
  /** Trusts nobody. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of(), Naming.X_FORWARDED);

  private final List<Network> networks;
  private final Naming naming;

  private TrustedProxies(List<Network> networks, Naming naming) {
    this.networks = networks;
    this.naming = naming;
  }

  public static TrustedProxies of(Optional<TrustedProxiesSpec> spec) {
    return spec.map(given -> new TrustedProxies(given.networks(), given.clientBy())).orElse(NONE);
  }

  /**
   * What a proxy says of the client.
   *
   * @param address null when it says nothing that can be believed
   * @param secure whether the client came over TLS; null when it does not say
   */
  public record Claim(@Nullable InetAddress address, @Nullable Boolean secure) {
    static final Claim NOTHING = new Claim(null, null);
  }

  /** Does each connection from there begin with a PROXY header? */
  public boolean beginWithHeader(InetAddress peer) {
    return naming == Naming.PROXY_PROTOCOL && isTrusted(peer);
  }

  /** May requests from there speak of another client? */
  public boolean speakForOthers(InetAddress peer) {
    return naming != Naming.PROXY_PROTOCOL && isTrusted(peer);
  }

  private boolean isTrusted(InetAddress address) {
    for (Network network : networks) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** What a request says that comes from a trusted proxy. */
  public Claim read(RequestHead head) {
    return naming == Naming.FORWARDED
        ? ForwardedField.read(head.field("forwarded"), this::isTrusted)
        : new Claim(client(head.field("x-forwarded-for")), secure(head.field("x-forwarded-proto")));
  }

  private @Nullable InetAddress client(@Nullable String list) {
    if (list == null) {
      return null;
    }
    InetAddress nearest = null;
    String[] hops = list.split(",", -1);
    for (int i = hops.length - 1; i >= 0; i--) {
      Optional<InetAddress> hop = NodeName.address(hops[i].trim());
      if (hop.isEmpty()) {
        return nearest; // Beyond what cannot be read nothing is known.
      }
      nearest = hop.get();
      if (!isTrusted(nearest)) {
        return nearest;
      }
    }
    return nearest;
  }

  private static @Nullable Boolean secure(@Nullable String list) {
    if (list == null) {
      return null;
    }
    // The last one is the nearest proxy's own word.
    return isSecure(list.substring(list.lastIndexOf(',') + 1).trim());
  }

  static @Nullable Boolean isSecure(String scheme) {
    if (scheme.equalsIgnoreCase("https")) {
      return true;
    }
    return scheme.equalsIgnoreCase("http") ? false : null;
  }
}
