package dev.headroom.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.headroom.base.TimeSource;
import dev.headroom.gateway.Purge;
import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.identity.KeyedHash;
import dev.headroom.spec.CacheStoreSpec;
import dev.headroom.spec.CallerKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The responses in memory, and who is fetching which. Thread-safe.
 *
 * <p>What is worth keeping is W-TinyLFU's to say (Einziger, Friedman, Manes 2017; Caffeine), so
 * that a scan of many URLs does not empty the cache.
 */
public final class ResponseCache {
  private static final Duration UNSTORABLE_FOR = Duration.ofSeconds(5);
  private static final Duration STALE_FOR = Duration.ofMinutes(5);
  private static final Duration LONGEST = Duration.ofDays(30);
  private static final int MARKS = 1000;

  private final TimeSource time;
  private final Cache<CacheKey, Variants> memory;
  private final Cache<CacheKey, Boolean> unstorable;
  private final ConcurrentHashMap<CacheKey, Fill> fills = new ConcurrentHashMap<>();
  private final Invalidations invalidations;
  private final Deque<Mark> marks = new ArrayDeque<>();
  private final AtomicLong filling = new AtomicLong();
  private final Map<RemovalCause, LongAdder> removals = new EnumMap<>(RemovalCause.class);
  private volatile CacheStoreSpec limits;

  /** A purge; what was asked for before it is not kept after it. */
  private record Mark(long at, List<PathPattern> paths, List<String> tags) {
    boolean concerns(CacheKey key, List<String> itsTags) {
      return paths.stream().anyMatch(path -> path.matches(key.path()))
          || tags.stream().anyMatch(itsTags::contains);
    }
  }

  public ResponseCache(CacheStoreSpec limits, KeyedHash hash, TimeSource time) {
    this.limits = limits;
    this.time = time;
    this.invalidations = new Invalidations(hash, time.nanoTime());
    for (RemovalCause cause : RemovalCause.values()) {
      removals.put(cause, new LongAdder());
    }
    // On the thread that stores: an event loop has no time for another pool's delays, and memory is
    // free when the next response needs it.
    this.memory =
        Caffeine.newBuilder()
            .maximumWeight(limits.memory().bytes())
            .weigher((CacheKey key, Variants variants) -> variants.bytes())
            .expireAfter(Expiry.writing((CacheKey key, Variants variants) -> life(variants)))
            .ticker(time::nanoTime)
            .executor(Runnable::run)
            .removalListener(this::removed)
            .build();
    this.unstorable =
        Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(UNSTORABLE_FOR)
            .ticker(time::nanoTime)
            .executor(Runnable::run)
            .build();
  }

  private void removed(@Nullable CacheKey key, @Nullable Variants variants, RemovalCause cause) {
    Objects.requireNonNull(removals.get(cause)).increment();
    if (variants != null) {
      variants.release();
    }
  }

  /* A stale response can still be asked about when it has something to ask by. */
  private Duration life(Variants variants) {
    long now = time.nanoTime();
    long longest = 1;
    for (StoredResponse response : variants.responses) {
      long left = response.freshness.lifetimeMillis() - response.freshness.ageMillis(now);
      long more =
          Math.max(
              response.freshness.staleMillis(),
              response.conditions().isEmpty() ? 0 : STALE_FOR.toMillis());
      longest = Math.max(longest, Math.max(0, left) + more);
    }
    return Duration.ofMillis(Math.min(longest, LONGEST.toMillis()));
  }

  /** Takes new bounds. */
  public void apply(CacheStoreSpec next) {
    limits = next;
    memory.policy().eviction().ifPresent(bound -> bound.setMaximum(next.memory().bytes()));
  }

  /**
   * What may answer the request, fresh or not; the caller releases it.
   *
   * @return null when there is nothing
   */
  public @Nullable StoredResponse find(CacheKey key, RequestHead request, Caller caller) {
    Variants variants = memory.getIfPresent(key);
    if (variants == null) {
      return null;
    }
    StoredResponse found = variants.select(request);
    return found != null && holds(key, found.requestedAt, caller) && found.tryRetain()
        ? found
        : null;
  }

  /** Is it fresh now? */
  public boolean isFresh(StoredResponse response) {
    return response.freshness.isFresh(time.nanoTime());
  }

  /** May it answer now if a new one is fetched behind it? */
  public boolean mayAnswerStale(StoredResponse response) {
    return response.freshness.mayAnswer(time.nanoTime());
  }

  /** Is somebody fetching it? */
  public boolean isFilling(CacheKey key) {
    return fills.containsKey(key);
  }

  /* Has nobody changed what it shows? A caller sees its own writes at once, wherever it wrote. */
  boolean holds(CacheKey key, long requestedAt, Caller caller) {
    if (key.tenant().isEmpty()) {
      if (invalidations.isMarkedSince(invalidations.shared(key.host(), key.path()), requestedAt)) {
        return false;
      }
    } else if (invalidations.isMarkedSince(
            invalidations.everyTenant(key.host(), key.path()), requestedAt)
        || invalidations.isMarkedSince(
            invalidations.tenant(key.host(), key.path(), key.tenant()), requestedAt)) {
      return false;
    }
    long user = caller.hash(CallerKind.USER);
    boolean personal = !key.tenant().isEmpty() || !key.user().isEmpty();
    return !personal || user == 0 || !invalidations.isMarkedSince(user, requestedAt);
  }

  /** An unsafe method has succeeded: RFC 9111, section 4.4. */
  public void invalidate(String host, String path, Caller caller) {
    long now = time.nanoTime();
    String canonical = PathPattern.canonical(path);
    invalidations.mark(invalidations.shared(host, canonical), now);
    String tenant = caller.tenant();
    invalidations.mark(
        tenant == null
            ? invalidations.everyTenant(host, canonical)
            : invalidations.tenant(host, canonical, tenant),
        now);
    if (caller.hash(CallerKind.USER) != 0) {
      invalidations.mark(caller.hash(CallerKind.USER), now);
    }
  }

  /** The running fill of the key, or a new one that {@code leader} leads. */
  public Fill fill(CacheKey key, Object leader) {
    return fills.computeIfAbsent(key, k -> new Fill(k, leader));
  }

  /** The fill is over, for whatever reason. */
  public void end(Fill fill, Fill.End end) {
    if (fills.remove(fill.key(), fill)) {
      if (end == Fill.End.UNSTORABLE) {
        unstorable.put(fill.key(), true);
      }
      fill.end(end);
    }
  }

  /** Was it found a moment ago that responses of this key are not kept? */
  public boolean isUnstorable(CacheKey key) {
    return unstorable.getIfPresent(key) != null;
  }

  /**
   * Keeps a response, which is the cache's from here on.
   *
   * @return whether it was kept; if not, it has been released
   */
  public boolean store(CacheKey key, StoredResponse response) {
    synchronized (marks) {
      for (Mark mark : marks) {
        if (mark.at - response.requestedAt >= 0 && mark.concerns(key, response.tags)) {
          response.release();
          return false;
        }
      }
    }
    memory.asMap().compute(key, (k, others) -> Variants.with(response, others));
    return true;
  }

  /** A response on its way takes so many bytes more; false when there are too many already. */
  boolean reserve(long bytes) {
    if (filling.addAndGet(bytes) > limits.memory().bytes()) {
      filling.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void giveBack(long bytes) {
    filling.addAndGet(-bytes);
  }

  /** Size of the largest response that is kept. */
  public long largest() {
    return limits.largest().bytes();
  }

  /**
   * Takes out what the purge names, and whatever of it is on its way.
   *
   * @return how many keys were taken out
   */
  public int purge(Purge purge) {
    List<PathPattern> paths = purge.paths().stream().map(PathPattern::of).toList();
    List<String> tags = purge.tags().stream().map(tag -> tag.toLowerCase(Locale.ROOT)).toList();
    synchronized (marks) {
      if (marks.size() == MARKS) {
        marks.removeFirst();
      }
      marks.addLast(new Mark(time.nanoTime(), paths, tags));
    }
    int removed = 0;
    for (Map.Entry<CacheKey, Variants> entry : memory.asMap().entrySet()) {
      if ((paths.stream().anyMatch(path -> path.matches(entry.getKey().path()))
              || tags.stream().anyMatch(entry.getValue()::hasTag))
          && memory.asMap().remove(entry.getKey()) != null) {
        removed++;
      }
    }
    return removed;
  }

  /** Bytes in memory. */
  public long bytes() {
    return memory.policy().eviction().map(bound -> bound.weightedSize().orElse(0)).orElse(0L);
  }

  /** Keys in memory. */
  public long entries() {
    return memory.estimatedSize();
  }

  /** Bytes that there may be. */
  public long limitBytes() {
    return limits.memory().bytes();
  }

  /** How many went for that reason since the last call. */
  public long drainRemovals(RemovalReason reason) {
    return Objects.requireNonNull(removals.get(reason.cause)).sumThenReset();
  }

  /** Why a response is no longer there. */
  public enum RemovalReason {
    SIZE(RemovalCause.SIZE),
    EXPIRED(RemovalCause.EXPIRED),
    PURGED(RemovalCause.EXPLICIT),
    REPLACED(RemovalCause.REPLACED);

    private final RemovalCause cause;

    RemovalReason(RemovalCause cause) {
      this.cause = cause;
    }
  }

  /** Lets go of all memory. */
  public void close() {
    memory.invalidateAll();
    memory.cleanUp();
  }
}
