package dev.headroom.gateway.proxy;

import dev.headroom.gateway.cache.CacheControl;
import dev.headroom.gateway.cache.CacheKey;
import dev.headroom.gateway.cache.CacheOutcome;
import dev.headroom.gateway.cache.CacheRule;
import dev.headroom.gateway.cache.Draft;
import dev.headroom.gateway.cache.Fill;
import dev.headroom.gateway.cache.ResponseCache;
import dev.headroom.gateway.cache.SharedTier;
import dev.headroom.gateway.cache.StoredResponse;
import dev.headroom.gateway.http.Framing;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import dev.headroom.gateway.identity.Caller;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one request has to do with the cache: look, wait for another's fill, lead one. On the loop
 * of its exchange only.
 */
final class CacheStep {
  private static final int MAX_ROUNDS = 3;

  private final Loop loop;
  private final RequestHead request;
  private final ResponseCache cache;
  private final @Nullable SharedTier shared;
  private final CacheRule rule;
  private final CacheKey key;
  private final Caller caller;
  private final boolean refreshing;

  private CacheOutcome outcome = CacheOutcome.MISS;
  private @Nullable StoredResponse found;
  private @Nullable StoredResponse stale;
  private @Nullable Fill led;
  private @Nullable Draft draft;
  private boolean sharedAsked;
  private int rounds;

  /** What the exchange does next. */
  enum Next {
    /** {@link #takeFound} has the answer. */
    SERVE,
    /** {@link #look} again when told so. */
    WAIT,
    /** Ask the application. */
    FORWARD
  }

  private CacheStep(Loop loop, ClientSide client, CacheRule rule, CacheKey key, Caller caller) {
    this.loop = loop;
    this.request = client.head();
    this.refreshing = client.isRefresh();
    this.cache = loop.edge().cache();
    this.shared = loop.edge().sharedTier();
    this.rule = rule;
    this.key = key;
    this.caller = caller;
  }

  /** For a request that the rule concerns; empty when the cache can neither answer nor keep it. */
  static Optional<CacheStep> begin(
      Loop loop, ClientSide client, CacheRule rule, String path, Caller caller) {
    RequestHead request = client.head();
    boolean bypass =
        request.framing() != Framing.NONE
            || request.asksForWebSocket()
            || request.hasField("range")
            || (rule.perUser() && caller.user() == null)
            || (rule.perTenant() && caller.tenant() == null)
            // An API key may tell callers apart as Authorization does, and RFC 9111 knows nothing
            // of it.
            || (!rule.isPersonal()
                && !rule.assets()
                && loop.settings().identities().hasCredentials(request)
                && !request.hasField("authorization"))
            || (request.hasField("cache-control")
                && CacheControl.parse(request.field("cache-control")).noStore());
    if (bypass) {
      return Optional.empty();
    }
    CacheKey key =
        CacheKey.of(client.origin().secure(), request.host(), request.target(), path, rule, caller);
    return Optional.of(new CacheStep(loop, client, rule, key, caller));
  }

  CacheOutcome outcome() {
    return outcome;
  }

  /**
   * Looks for an answer.
   *
   * @param again told on this loop when it is time to look again, after {@link Next#WAIT}
   */
  Next look(Consumer<Fill.End> again) {
    while (led == null) {
      StoredResponse known = cache.find(key, request, caller);
      if (known != null && cache.isFresh(known)) {
        found = known;
        outcome = rounds > 0 ? CacheOutcome.COLLAPSED : CacheOutcome.HIT;
        return Next.SERVE;
      }
      if (known != null && request.isGet() && !refreshing && cache.mayAnswerStale(known)) {
        found = known;
        outcome = CacheOutcome.STALE;
        return Next.SERVE;
      }
      if (!request.isGet() || rounds > MAX_ROUNDS || cache.isUnstorable(key)) {
        release(known);
        return Next.FORWARD;
      }
      Fill fill = cache.fill(key, this);
      if (fill.isLedBy(this)) {
        led = fill;
        return lead(known, again);
      }
      release(known);
      rounds++;
      if (fill.await(end -> loop.execute(() -> again.accept(end)))) {
        return Next.WAIT;
      }
    }
    return Next.FORWARD; // It leads, and the shared store had nothing.
  }

  private Next lead(@Nullable StoredResponse known, Consumer<Fill.End> again) {
    // Another fill may have ended between the look and the lead.
    StoredResponse fresh = cache.find(key, request, caller);
    if (fresh != null && cache.isFresh(fresh)) {
      release(known);
      found = fresh;
      outcome = CacheOutcome.HIT;
      endFill(Fill.End.STORED);
      return Next.SERVE;
    }
    release(fresh);
    if (known == null && shared != null && !sharedAsked) {
      sharedAsked = true;
      shared.find(key).thenAccept(response -> loop.execute(() -> sharedAnswered(response, again)));
      return Next.WAIT;
    }
    if (known != null && !known.conditions().isEmpty()) {
      stale = known;
    } else {
      release(known);
    }
    return Next.FORWARD;
  }

  private void sharedAnswered(Optional<StoredResponse> response, Consumer<Fill.End> again) {
    if (led == null) {
      response.ifPresent(StoredResponse::release); // The client left meanwhile.
      return;
    }
    if (response.isPresent()) {
      cache.store(key, response.get());
      rounds = 0;
      endFill(Fill.End.STORED);
    }
    again.accept(Fill.End.STORED);
  }

  /** After a wait: the end of the fill that was waited for. */
  void waited(Fill.End end) {
    if (end == Fill.End.UNSTORABLE || end == Fill.End.FAILED) {
      rounds = MAX_ROUNDS + 1;
    }
  }

  /** Is what {@link Next#SERVE} is about stale, and nobody fetching a new one? */
  boolean wantsRefresh() {
    return outcome == CacheOutcome.STALE && !cache.isFilling(key);
  }

  /** What {@link Next#SERVE} is about; the caller releases it. */
  StoredResponse takeFound() {
    StoredResponse taken = found;
    if (taken == null) {
      throw new IllegalStateException("nothing was found");
    }
    found = null;
    return taken;
  }

  /** Field lines with which the application is asked; also changes what is forwarded. */
  String prepareRequest() {
    if (led == null) {
      return "";
    }
    // The whole response is wanted, whatever the client has already: it is answered from the cache.
    request.drop("if-none-match");
    request.drop("if-modified-since");
    request.drop("if-match");
    request.drop("if-unmodified-since");
    if (rule.assets()) {
      request.drop("accept-encoding");
    }
    return stale == null ? "" : stale.conditions();
  }

  /** Has the application confirmed what is stored? */
  boolean isConfirmedBy(ResponseHead response) {
    return stale != null && led != null && response.status() == 304;
  }

  /** What was stored, with the confirmation's fields. To be released. */
  StoredResponse confirmed(ResponseHead response, Draft.Moments moments) {
    StoredResponse old = stale;
    if (old == null) {
      throw new IllegalStateException("nothing to confirm");
    }
    StoredResponse fresh = Draft.confirmed(old, rule, response, moments);
    outcome = CacheOutcome.REVALIDATED;
    keep(fresh);
    return fresh;
  }

  /**
   * The application has answered.
   *
   * @return whether the response is being written down
   */
  boolean begin(ResponseHead response, Draft.Moments moments) {
    if (led == null) {
      return false;
    }
    long length =
        switch (response.framing()) {
          case NONE -> 0;
          case LENGTH -> response.contentLength();
          case CHUNKED -> -1;
          case UNTIL_CLOSE -> Long.MAX_VALUE; // Nobody can tell whether it is whole.
        };
    draft =
        Draft.begin(cache, key, rule, request, response, length, moments, loop.allocator())
            .orElse(null);
    if (draft == null) {
      endFill(response.status() >= 500 ? Fill.End.FAILED : Fill.End.UNSTORABLE);
    }
    return draft != null;
  }

  boolean isWriting() {
    return draft != null;
  }

  /** Whether the client is to be answered from the cache once the response is whole. */
  boolean answersFromCache(ResponseHead response) {
    return draft != null
        && response.framing() != Framing.CHUNKED
        && (draft.isAsset()
            || request.hasField("if-none-match")
            || request.hasField("if-modified-since"));
  }

  /** Writes a piece of the content down, which stays the caller's. */
  void add(ByteBuf piece) {
    if (draft != null && !draft.add(piece)) {
      draft.drop();
      draft = null;
      endFill(Fill.End.UNSTORABLE);
    }
  }

  /**
   * The response is whole: keeps it.
   *
   * @param done told on this loop, with the response, to be released
   */
  void finish(Consumer<StoredResponse> done) {
    Draft whole = draft;
    if (whole == null) {
      return;
    }
    draft = null;
    if (!whole.isAsset()) {
      StoredResponse response = whole.finish();
      keep(response);
      done.accept(response);
      return;
    }
    loop.edge()
        .compress(
            () -> {
              StoredResponse response = whole.finish();
              loop.execute(
                  () -> {
                    keep(response);
                    done.accept(response);
                  });
            });
  }

  /* In the cache, and still the caller's. */
  private void keep(StoredResponse response) {
    response.retain();
    if (cache.store(key, response) && shared != null) {
      shared.put(key, response);
    }
    endFill(Fill.End.STORED);
  }

  private void endFill(Fill.End end) {
    if (led != null) {
      cache.end(led, end);
      led = null;
    }
  }

  /** The exchange is over, whatever became of it. */
  void close(Fill.End end) {
    if (draft != null) {
      draft.drop();
      draft = null;
    }
    release(stale);
    stale = null;
    release(found);
    found = null;
    endFill(end);
  }

  private static void release(@Nullable StoredResponse response) {
    if (response != null) {
      response.release();
    }
  }
}
