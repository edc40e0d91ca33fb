package dev.headroom.demo.api;

import dev.headroom.demo.cache.Cache;
import dev.headroom.demo.http.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The tenant's labels; nothing changes them, so they are cached for a minute. */
final class Labels {
  private static final String LABELS =
      "SELECT id, name, colour FROM labels WHERE tenant_id = ? ORDER BY id";
  private static final Duration LIFE = Duration.ofMinutes(1);

  private final Cache cache;

  Labels(Cache cache) {
    this.cache = cache;
  }

  List<Endpoint> endpoints() {
    return List.of(Endpoint.of("GET", "/api/labels", this::labels).waits(Waits.READ));
  }

  private Reply labels(Call call) {
    String key = "labels-" + call.tenant();
    return Reply.json(
        200,
        cache
            .get(key)
            .orElseGet(
                () -> {
                  byte[] json =
                      Json.bytes(Map.of("items", call.session().rows(LABELS, call.tenant())));
                  cache.put(key, json, LIFE);
                  return json;
                }));
  }
}
