package dev.headroom.gateway.cache;

import dev.headroom.gateway.cache.StoredResponse.Access;
import dev.headroom.gateway.http.HttpField;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A response that is being written down while it passes. Begun on an event loop; {@link #finish}
 * may run elsewhere. Ends with {@link #finish} or {@link #drop}.
 */
public final class Draft {
  private static final int MAX_TAGS = 50;
  private static final int MAX_TAG = 256;

  /** Not those of the response that a 304 confirms: RFC 9111, section 3.2. */
  private static final Set<String> NOT_REFRESHED =
      Set.of("content-length", "content-encoding", "content-type", "content-range", "etag");

  private final ResponseCache cache;
  private final CacheKey key;
  private final CacheRule rule;
  private final int status;
  private final List<HttpField> fields;
  private final Freshness freshness;
  private final long requestedAt;
  private final Access access;
  private final List<HttpField> selecting;
  private final List<String> tags;
  private final ByteBuf body;
  private long reserved;

  private Draft(
      ResponseCache cache,
      CacheKey key,
      CacheRule rule,
      int status,
      List<HttpField> fields,
      Freshness freshness,
      long requestedAt,
      Access access,
      List<HttpField> selecting,
      List<String> tags,
      ByteBuf body,
      long reserved) {
    this.cache = cache;
    this.key = key;
    this.rule = rule;
    this.status = status;
    this.fields = fields;
    this.freshness = freshness;
    this.requestedAt = requestedAt;
    this.access = access;
    this.selecting = selecting;
    this.tags = tags;
    this.body = body;
    this.reserved = reserved;
  }

  /** The moments of one exchange with the application. */
  public record Moments(long requestedAt, long receivedAt, long receivedEpochMillis) {
    long delayMillis() {
      return (receivedAt - requestedAt) / 1_000_000;
    }
  }

  /**
   * Begins, if the response may be kept.
   *
   * @param length of the content; -1 when it is not known
   */
  public static Optional<Draft> begin(
      ResponseCache cache,
      CacheKey key,
      CacheRule rule,
      RequestHead request,
      ResponseHead response,
      long length,
      Moments moments,
      ByteBufAllocator allocator) {
    Optional<Access> access = Storability.judge(rule, request, response);
    if (access.isEmpty() || length > cache.largest()) {
      return Optional.empty();
    }
    long reserved = Math.max(0, length);
    if (!cache.reserve(reserved)) {
      return Optional.empty();
    }
    List<HttpField> fields =
        Assets.prepared(rule, key, withDate(response.fields(), moments.receivedEpochMillis));
    ByteBuf body = allocator.directBuffer((int) Math.max(256, length));
    return Optional.of(
        new Draft(
            cache,
            key,
            rule,
            response.status(),
            fields,
            freshness(rule, fields, moments),
            moments.requestedAt,
            access.get(),
            selecting(request, StoredResponse.value(fields, "vary"), rule),
            tags(rule, response),
            body,
            reserved));
  }

  private static Freshness freshness(CacheRule rule, List<HttpField> fields, Moments moments) {
    return Freshness.of(
        CacheControl.parse(StoredResponse.value(fields, "cache-control")),
        StoredResponse.value(fields, "date"),
        orNull(StoredResponse.value(fields, "expires")),
        orNull(StoredResponse.value(fields, "age")),
        rule.ttlMillis(),
        rule.staleMillis(),
        moments.delayMillis(),
        moments.receivedEpochMillis,
        moments.receivedAt);
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  /* RFC 9110, section 6.6.1. */
  private static List<HttpField> withDate(List<HttpField> fields, long epochMillis) {
    List<HttpField> all = new ArrayList<>(fields);
    if (StoredResponse.value(fields, "date").isEmpty()) {
      all.add(new HttpField("Date", HttpDate.format(epochMillis)));
    }
    return all;
  }

  private static List<HttpField> selecting(RequestHead request, String vary, CacheRule rule) {
    List<HttpField> selecting = new ArrayList<>();
    for (String name : vary.toLowerCase(Locale.ROOT).split(",")) {
      String trimmed = name.trim();
      // Of assets the plain form has been asked for: the other forms are made here.
      boolean own = rule.assets() && trimmed.equals("accept-encoding");
      // The verified caller is in the key, and stands for the token: the next token of the same
      // caller, an hour later, selects the same response.
      boolean verified = rule.isPersonal() && trimmed.equals("authorization");
      if (!trimmed.isEmpty() && !own && !verified) {
        selecting.add(new HttpField(trimmed, StoredResponse.selectingValue(request, trimmed)));
      }
    }
    return selecting;
  }

  /* Surrogate-Key has blanks between its tags, Cache-Tag commas. */
  private static List<String> tags(CacheRule rule, ResponseHead response) {
    List<String> tags = new ArrayList<>();
    rule.tags().forEach(tag -> tags.add(tag.toLowerCase(Locale.ROOT)));
    String given = response.field("surrogate-key");
    String more = response.field("cache-tag");
    String all = (given == null ? "" : given) + "," + (more == null ? "" : more);
    for (String tag : all.toLowerCase(Locale.ROOT).split("[, ]+")) {
      if (!tag.isEmpty() && tag.length() <= MAX_TAG && tags.size() < MAX_TAGS) {
        tags.add(tag);
      }
    }
    return tags;
  }

  /**
   * Adds a piece of the content, which stays the caller's.
   *
   * @return false when the response is larger than what is kept: drop it
   */
  public boolean add(ByteBuf piece) {
    int more = piece.readableBytes();
    long whole = body.readableBytes() + (long) more;
    if (whole > cache.largest()) {
      return false;
    }
    if (whole > reserved) {
      if (!cache.reserve(whole - reserved)) {
        return false;
      }
      reserved = whole;
    }
    body.writeBytes(piece, piece.readerIndex(), more);
    return true;
  }

  /** Is it one of those that are compressed before the first client gets them? */
  public boolean isAsset() {
    return rule.assets();
  }

  /** Lets go of what was written down. */
  public void drop() {
    cache.giveBack(reserved);
    reserved = 0;
    body.release();
  }

  /** The whole response. Compresses assets, so not for an event loop then. */
  public StoredResponse finish() {
    List<Representation> forms =
        rule.assets() && status == 200
            ? Assets.forms(fields, body)
            : List.of(
                Forms.of(
                    status, fields, "", Forms.exact(body), StoredResponse.value(fields, "etag")));
    drop();
    return new StoredResponse(
        status, fields, forms, freshness, requestedAt, access, selecting, tags);
  }

  /** A stored response that the application has confirmed with a 304: RFC 9111, section 4.3.4. */
  public static StoredResponse confirmed(
      StoredResponse stored, CacheRule rule, ResponseHead confirmation, Moments moments) {
    List<HttpField> fields = new ArrayList<>();
    List<HttpField> news = confirmation.fields();
    for (HttpField field : stored.fields) {
      String name = field.name().toLowerCase(Locale.ROOT);
      boolean replaced =
          !NOT_REFRESHED.contains(name) && !StoredResponse.value(news, name).isEmpty();
      // Neither its age nor its date are those of the confirmation when that does not say.
      if (!replaced && !name.equals("age") && !name.equals("date")) {
        fields.add(field);
      }
    }
    for (HttpField field : news) {
      if (!NOT_REFRESHED.contains(field.name().toLowerCase(Locale.ROOT))) {
        fields.add(field);
      }
    }
    List<HttpField> dated = withDate(fields, moments.receivedEpochMillis);
    List<Representation> forms = new ArrayList<>();
    for (Representation form : stored.representations) {
      forms.add(
          Forms.of(
              stored.status, dated, form.encoding(), form.body().retainedDuplicate(), form.etag()));
    }
    return new StoredResponse(
        stored.status,
        dated,
        forms,
        freshness(rule, dated, moments),
        moments.requestedAt,
        stored.access,
        stored.selecting,
        stored.tags);
  }

  CacheKey key() {
    return key;
  }
}
