package dev.headroom.gateway.proxy;

import dev.headroom.gateway.cache.CacheOutcome;
import dev.headroom.gateway.cache.CacheRule;
import dev.headroom.gateway.cache.Draft;
import dev.headroom.gateway.cache.Fill;
import dev.headroom.gateway.cache.StoredResponse;
import dev.headroom.gateway.http.AddedFields;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import dev.headroom.gateway.identity.Caller;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The cache's part in an exchange. Most exchanges have none: no rule, or nothing that may be kept.
 */
final class CacheSide {
  private @Nullable CacheStep step;
  private @Nullable CacheOutcome outcome;
  private boolean deferred;
  private boolean kept;

  /** Looks whether the cache has to do with the request at all. */
  void begin(Loop loop, Settings settings, ClientSide client, String path, Caller caller) {
    RequestHead head = client.head();
    Optional<CacheRule> rule = CacheRule.find(settings.cacheRules(), path);
    if (rule.isPresent() && (head.isGet() || head.isHead())) {
      step = CacheStep.begin(loop, client, rule.get(), path, caller).orElse(null);
      outcome = step == null ? CacheOutcome.BYPASS : CacheOutcome.MISS;
    }
  }

  /** Has it to do with the exchange beyond saying that it has not? */
  boolean hasPart() {
    return step != null;
  }

  /** See {@link CacheStep#look}. */
  CacheStep.Next look(Consumer<Fill.End> again) {
    return step == null ? CacheStep.Next.FORWARD : step.look(again);
  }

  /** See {@link CacheStep#wantsRefresh}. */
  boolean wantsRefresh() {
    return step != null && step.wantsRefresh();
  }

  /** After a wait: the end of the fill that was waited for. */
  void waited(Fill.End end) {
    if (step != null) {
      step.waited(end);
    }
  }

  /** What {@link #look} has found; the caller releases it. */
  StoredResponse takeFound() {
    return itsStep().takeFound();
  }

  /** The client is being answered from the cache. */
  void serving() {
    outcome = itsStep().outcome();
  }

  /** What the cache did; null when it has nothing to do with the path. */
  @Nullable CacheOutcome outcome() {
    return outcome;
  }

  /** The response is written down first, and the client answered from the cache. */
  boolean isDeferred() {
    return deferred;
  }

  /** The response is being written down. */
  boolean isWriting() {
    return step != null && step.isWriting();
  }

  /** The response is in the cache now. */
  boolean isKept() {
    return kept;
  }

  /** Field lines with which the application is asked; also changes what is forwarded. */
  String prepareRequest() {
    return step == null ? "" : step.prepareRequest();
  }

  /**
   * The application has answered.
   *
   * @param moments when it was asked and has answered
   * @return what was stored, when the application has confirmed it; to be released
   */
  @Nullable StoredResponse answered(ResponseHead head, Draft.Moments moments) {
    if (step == null) {
      return null;
    }
    if (step.isConfirmedBy(head)) {
      kept = true;
      return step.confirmed(head, moments);
    }
    deferred = step.begin(head, moments) && step.answersFromCache(head);
    return null;
  }

  /** A piece of the content, which stays the caller's. */
  void add(ByteBuf piece) {
    if (step != null) {
      step.add(piece);
    }
  }

  /** The response, which the client is to get from the cache, is whole. */
  void finishDeferred(Consumer<StoredResponse> done) {
    itsStep().finish(done);
  }

  /** The client is answered with what was written down. */
  void servesKept() {
    kept = true;
  }

  /** The response, which the client has got already, is whole. */
  void finish() {
    if (isWriting()) {
      kept = true;
      itsStep().finish(StoredResponse::release);
    }
    if (!kept) {
      close(Fill.End.UNSTORABLE);
    }
  }

  /** The exchange is over, whatever became of it. */
  void close(Fill.End end) {
    if (step != null) {
      step.close(end);
    }
  }

  void writeTo(ByteBuf out) {
    if (outcome != null) {
      AddedFields.write(out, "Cache-Status: headroom; ");
      AddedFields.write(out, outcome.status());
      AddedFields.write(out, "\r\n");
    }
  }

  private CacheStep itsStep() {
    CacheStep its = step;
    if (its == null) {
      throw new IllegalStateException("the cache has no part in this exchange");
    }
    return its;
  }
}
