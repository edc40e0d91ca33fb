package dev.headroom.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A store that gateways share, for example Redis Cluster: the second place of cached responses. It
 * may be slow or away; the gateway waits for it no longer than the document says.
 *
 * <p>Calls come from event loops: an implementation must not block. Thread-safe.
 */
public interface SharedCache {

  /** The values of the keys, in their order, as far as there are any. */
  CompletionStage<List<Optional<byte[]>>> get(List<String> keys);

  /** Keeps a value for at most so long. */
  CompletionStage<?> put(String key, byte[] value, Duration life);
}
