package dev.headroom.gateway.proxy;

import dev.headroom.gateway.http.AddedFields;
import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.identity.Cookies;
import dev.headroom.gateway.upstream.Cluster;
import dev.headroom.gateway.upstream.Upstream;
import dev.headroom.spec.AffinitySpec;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a caller on one replica by a cookie that names it. A replica that is not fit gets nobody:
 * the caller goes to another and gets its cookie.
 */
public final class Affinity {
  /** Keeps nobody. */
  public static final Affinity NONE = new Affinity("", List.of());

  private final String cookie;
  private final List<PathPattern> paths;

  private Affinity(String cookie, List<PathPattern> paths) {
    this.cookie = cookie;
    this.paths = paths;
  }

  public static Affinity of(Optional<AffinitySpec> spec) {
    return spec.map(
            each ->
                new Affinity(each.cookie(), each.paths().stream().map(PathPattern::of).toList()))
        .orElse(NONE);
  }

  boolean covers(String path) {
    for (int i = 0; i < paths.size(); i++) {
      if (paths.get(i).matches(path)) {
        return true;
      }
    }
    return false;
  }

  /** The replica that the request's cookie names, counted as {@link Cluster#begin} does. */
  @Nullable Upstream replica(RequestHead head, Cluster cluster, List<Upstream> tried) {
    long at = Cookies.find(head, cookie);
    if (at < 0) {
      return null;
    }
    int from = (int) (at >>> 32);
    String token = new String(head.bytes(), from, (int) at - from, StandardCharsets.ISO_8859_1);
    return cluster.beginAt(token, tried);
  }

  void writeCookie(ByteBuf out, Upstream upstream, boolean secure) {
    AddedFields.write(out, "Set-Cookie: " + cookie + "=" + upstream.token());
    AddedFields.write(out, "; Path=/; HttpOnly; SameSite=Lax");
    AddedFields.write(out, secure ? "; Secure\r\n" : "\r\n");
  }
}
