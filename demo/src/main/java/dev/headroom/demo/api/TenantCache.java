package dev.headroom.demo.api;

import dev.headroom.demo.cache.Cache;
import dev.headroom.demo.http.Reply;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Answers of a tenant's hot endpoints, for a few seconds. Who has just written is not served from
 * it, so that nobody misses his own write; the others may see a tenant's change this much later.
 */
final class TenantCache {
  private static final Duration LIFE = Duration.ofSeconds(5);
  // An answer loaded just before the end of this time must not be older than the write.
  private static final Duration BYPASS = LIFE.plusSeconds(5);
  private static final byte[] MARK = {1};

  private final Cache cache;

  TenantCache(Cache cache) {
    this.cache = cache;
  }

  Reply answer(Call call, Supplier<Reply> load) {
    String key = "tenant-" + call.tenant() + ":" + call.request().path() + call.request().query();
    if (cache.get(writer(call.identity())).isPresent()) {
      return cacheable(load.get());
    }
    Optional<byte[]> known = cache.get(key);
    if (known.isPresent()) {
      return cacheable(Reply.json(200, known.get())).with("X-App-Cache", "hit");
    }
    Reply reply = load.get();
    if (reply.status() == 200) {
      cache.put(key, reply.body(), LIFE);
    }
    return cacheable(reply);
  }

  void wrote(Identity identity) {
    cache.put(writer(identity), MARK, BYPASS);
  }

  private static String writer(Identity identity) {
    return "wrote-" + identity.user();
  }

  private static Reply cacheable(Reply reply) {
    return reply.with("Cache-Control", "private, max-age=" + LIFE.toSeconds());
  }
}
