package dev.headroom.gateway.cache;

import dev.headroom.base.TimeSource;
import dev.headroom.gateway.SharedCache;
import dev.headroom.spec.CacheStoreSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The second place of responses, which other gateways and the next start of this one share. Asked
 * when memory has nothing; never waited for longer than the document says, and left alone for some
 * seconds after it has failed several times running. Thread-safe.
 *
 * <p>A purge and an unsafe method leave a moment under a key of their own; a response that is not
 * younger than the moments of its path is not used. A moment that the store has not confirmed is
 * written again before anything is asked of it or given to it, so that a purge while it is away
 * comes late but is not lost.
 */
public final class SharedTier {
  private static final int FAILURES = 5;
  private static final Duration REST = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofHours(1);

  /** For a moment, for which no request waits. */
  private static final long MARK_MILLIS = 2_000;

  private static final int MOST_UNCONFIRMED = 1_000;
  private static final String EVERYTHING = moment("all", "", "", "");

  private final SharedCache store;
  private final ResponseCache cache;
  private final TimeSource time;
  private final Consumer<Result> listener;
  private final AtomicInteger failures = new AtomicInteger();
  private final Map<String, Long> unconfirmed = new ConcurrentHashMap<>();
  // Written by whoever sees a failure, read by the loops; a race lets one more request through.
  private volatile long restUntil;
  // A race tells the store twice.
  private volatile long tellAgainAt;
  private volatile long timeoutMillis;

  /** What became of one operation. */
  public enum Result {
    HIT,
    MISS,
    TIMEOUT,
    ERROR,
    SKIPPED
  }

  public SharedTier(
      SharedCache store,
      ResponseCache cache,
      CacheStoreSpec spec,
      TimeSource time,
      Consumer<Result> listener) {
    this.store = store;
    this.cache = cache;
    this.time = time;
    this.listener = listener;
    this.restUntil = time.nanoTime();
    this.tellAgainAt = restUntil;
    this.timeoutMillis = spec.redisTimeout().toMillis();
  }

  /** Takes a new time-out. */
  public void apply(CacheStoreSpec spec) {
    timeoutMillis = spec.redisTimeout().toMillis();
  }

  /** A fresh response that still holds, to be released; empty when there is none in time. */
  public CompletionStage<Optional<StoredResponse>> find(CacheKey key) {
    if (isResting() || !isUpToDate()) {
      listener.accept(Result.SKIPPED);
      return CompletableFuture.completedFuture(Optional.empty());
    }
    List<String> keys =
        List.of(
            name("r", key.bytes()),
            EVERYTHING,
            key.tenant().isEmpty()
                ? moment("shared", key.host(), key.path(), "")
                : moment("every", key.host(), key.path(), ""),
            moment("tenant", key.host(), key.path(), key.tenant()));
    return bounded(store.get(keys), timeoutMillis)
        .handle((values, failure) -> read(key, values, failure));
  }

  private static <T> CompletableFuture<T> bounded(CompletionStage<T> stage, long millis) {
    // A copy: the time-out is ours and must not complete the store's own future.
    return stage.toCompletableFuture().copy().orTimeout(millis, TimeUnit.MILLISECONDS);
  }

  private Optional<StoredResponse> read(
      CacheKey key, @Nullable List<Optional<byte[]>> values, @Nullable Throwable failure) {
    if (values == null) {
      failed(failure);
      return Optional.empty();
    }
    failures.set(0);
    Optional<StoredResponse> response =
        values.getFirst().flatMap(bytes -> StoredForm.decode(bytes, key, time));
    boolean holds =
        response
            .filter(r -> isYounger(r, values.subList(1, values.size())))
            .filter(cache::isFresh)
            .isPresent();
    listener.accept(holds ? Result.HIT : Result.MISS);
    if (!holds) {
      response.ifPresent(StoredResponse::release);
      return Optional.empty();
    }
    return response;
  }

  private boolean isYounger(StoredResponse response, List<Optional<byte[]>> moments) {
    long age = (time.nanoTime() - response.requestedAt) / 1_000_000;
    long requested = time.now().toEpochMilli() - age;
    for (Optional<byte[]> moment : moments) {
      if (moment.isPresent() && parse(moment.get()) >= requested) {
        return false;
      }
    }
    return true;
  }

  private static long parse(byte[] moment) {
    try {
      return Long.parseLong(new String(moment, StandardCharsets.US_ASCII));
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE; // Whatever it is: nothing older than it is safe.
    }
  }

  private void failed(@Nullable Throwable failure) {
    listener.accept(failure instanceof TimeoutException ? Result.TIMEOUT : Result.ERROR);
    if (failures.incrementAndGet() >= FAILURES) {
      failures.set(0);
      restUntil = time.nanoTime() + REST.toNanos();
    }
  }

  private boolean isResting() {
    return restUntil - time.nanoTime() > 0;
  }

  /** Keeps a response that memory has just been given. */
  public void put(CacheKey key, StoredResponse response) {
    long left = response.freshness.lifetimeMillis() - response.freshness.ageMillis(time.nanoTime());
    if (left > 0 && !isResting() && unconfirmed.isEmpty()) {
      var _ =
          write(
                  name("r", key.bytes()),
                  StoredForm.encode(response, key, time),
                  Duration.ofMillis(Math.min(left, LONGEST.toMillis())),
                  timeoutMillis)
              .whenComplete(
                  (done, failure) -> {
                    if (failure != null) {
                      failed(failure);
                    }
                  });
    }
  }

  /** An unsafe method has succeeded; {@code tenant} is empty when nobody's is verified. */
  public void invalidate(String host, String path, String tenant) {
    // The same three scopes as in memory: see Invalidations.
    mark(moment("shared", host, path, ""));
    mark(tenant.isEmpty() ? moment("every", host, path, "") : moment("tenant", host, path, tenant));
  }

  /** Everything that was kept until now is out of use. */
  public void forgetAll() {
    mark(EVERYTHING);
  }

  private void mark(String name) {
    mark(name, time.now().toEpochMilli());
  }

  private void mark(String name, long moment) {
    byte[] value = Long.toString(moment).getBytes(StandardCharsets.US_ASCII);
    var _ =
        write(name, value, LONGEST.plusMinutes(1), MARK_MILLIS)
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    unconfirmed.remove(name, moment);
                  } else {
                    keepUnconfirmed(name, moment);
                    failed(failure);
                  }
                });
  }

  private void keepUnconfirmed(String name, long moment) {
    if (unconfirmed.size() >= MOST_UNCONFIRMED) {
      unconfirmed.clear();
      unconfirmed.put(EVERYTHING, time.now().toEpochMilli());
    } else {
      unconfirmed.merge(name, moment, Math::max);
    }
  }

  /* Whether the store knows all that it must; otherwise tells it again. */
  private boolean isUpToDate() {
    if (unconfirmed.isEmpty()) {
      return true;
    }
    long now = time.nanoTime();
    if (now - tellAgainAt >= 0) {
      tellAgainAt = now + TimeUnit.MILLISECONDS.toNanos(MARK_MILLIS);
      Map.copyOf(unconfirmed).forEach(this::mark);
    }
    return unconfirmed.isEmpty();
  }

  private CompletableFuture<?> write(String name, byte[] value, Duration life, long millis) {
    return bounded(store.put(name, value, life).thenApply(done -> true), millis);
  }

  private static String moment(String scope, String host, String path, String tenant) {
    return name(
        "m", (scope + '\0' + host + '\0' + path + '\0' + tenant).getBytes(StandardCharsets.UTF_8));
  }

  /* The same in every process, and of one length whatever the URL. */
  private static String name(String kind, byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "headroom:cache:" + kind + ":" + HexFormat.of().formatHex(hash, 0, 20);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }
}
