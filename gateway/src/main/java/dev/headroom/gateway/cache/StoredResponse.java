package dev.headroom.gateway.cache;

import dev.headroom.gateway.http.HttpField;
import dev.headroom.gateway.http.RequestHead;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCounted;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A response in the cache, in one or more representations. Immutable; its memory is counted: who
 * gets one from the cache releases it.
 */
public final class StoredResponse extends AbstractReferenceCounted {
  private static final long OVERHEAD = 1024;

  final int status;
  final List<HttpField> fields;
  final List<Representation> representations;
  final Freshness freshness;
  final long requestedAt;
  final Access access;
  final List<HttpField> selecting;
  final List<String> tags;
  private final String lastModified;

  /** Whom it may answer, beyond what the key says. */
  enum Access {
    /** Anybody. */
    ALL,
    /** Whoever sends no Authorization. */
    WITHOUT_AUTHORIZATION,
    /** Whoever sends neither Authorization nor cookies. */
    WITHOUT_CREDENTIALS
  }

  /**
   * @param fields as they came, for a later validation
   * @param requestedAt nanosecond clock when the request was sent
   * @param selecting the request's fields that {@code Vary} names, by lower-case name
   */
  StoredResponse(
      int status,
      List<HttpField> fields,
      List<Representation> representations,
      Freshness freshness,
      long requestedAt,
      Access access,
      List<HttpField> selecting,
      List<String> tags) {
    this.status = status;
    this.fields = List.copyOf(fields);
    this.representations = List.copyOf(representations);
    this.freshness = freshness;
    this.requestedAt = requestedAt;
    this.access = access;
    this.selecting = List.copyOf(selecting);
    this.tags = List.copyOf(tags);
    this.lastModified = value(fields, "last-modified");
  }

  static String value(List<HttpField> fields, String name) {
    String all = "";
    for (HttpField field : fields) {
      if (field.is(name)) {
        all = all.isEmpty() ? field.value() : all + ", " + field.value();
      }
    }
    return all;
  }

  /** Content and heads, and what is around them. */
  long bytes() {
    long all = OVERHEAD;
    for (Representation each : representations) {
      all += each.bytes();
    }
    return all;
  }

  /** Do the fields that select a response have the same values? RFC 9111, section 4.1. */
  boolean isSelectedBy(RequestHead request) {
    for (int i = 0; i < selecting.size(); i++) {
      HttpField field = selecting.get(i);
      if (!field.value().equals(selectingValue(request, field.name()))) {
        return false;
      }
    }
    return mayAnswer(request);
  }

  private boolean mayAnswer(RequestHead request) {
    return switch (access) {
      case ALL -> true;
      case WITHOUT_AUTHORIZATION -> !request.hasField("authorization");
      case WITHOUT_CREDENTIALS -> !request.hasField("authorization") && !request.hasField("cookie");
    };
  }

  /** A value as it is compared: codings and languages without regard to blanks and case. */
  static String selectingValue(RequestHead request, String lowerName) {
    String value = request.field(lowerName);
    if (value == null) {
      return "";
    }
    return lowerName.startsWith("accept") ? value.replace(" ", "").toLowerCase(Locale.ROOT) : value;
  }

  boolean isSameSelection(StoredResponse other) {
    return selecting.equals(other.selecting);
  }

  /** The form that the client likes best. */
  public Answer answer(RequestHead request) {
    Representation chosen = choose(request);
    return new Answer(this, chosen, status == 200 && holds(request, chosen));
  }

  private Representation choose(RequestHead request) {
    Representation chosen = representations.getFirst();
    if (representations.size() > 1) {
      String accepted = request.field("accept-encoding");
      for (int i = 1; i < representations.size(); i++) {
        if (accepts(accepted, representations.get(i).encoding())) {
          chosen = representations.get(i);
        }
      }
    }
    return chosen;
  }

  /** RFC 9110, section 12.5.3, without the wildcard, which no browser sends. */
  static boolean accepts(@Nullable String field, String coding) {
    if (field == null) {
      return false;
    }
    for (String each : field.split(",")) {
      String[] parts = each.trim().split(";");
      if (parts[0].trim().equalsIgnoreCase(coding)) {
        return parts.length < 2 || !parts[1].replace(" ", "").matches("(?i)q=0(\\.0{0,3})?");
      }
    }
    return false;
  }

  /* Has the client what it would get? RFC 9110, section 13.2.2: If-None-Match goes first. */
  private boolean holds(RequestHead request, Representation chosen) {
    String tags = request.field("if-none-match");
    if (tags != null) {
      return !chosen.etag().isEmpty() && matches(tags, chosen.etag());
    }
    String since = request.field("if-modified-since");
    if (since == null || lastModified.isEmpty()) {
      return false;
    }
    if (since.equals(lastModified)) {
      return true;
    }
    var modified = HttpDate.parse(lastModified);
    var known = HttpDate.parse(since);
    return modified.isPresent() && known.isPresent() && modified.getAsLong() <= known.getAsLong();
  }

  /** Weak comparison: RFC 9110, section 8.8.3.2. */
  static boolean matches(String list, String etag) {
    String opaque = etag.startsWith("W/") ? etag.substring(2) : etag;
    if (list.trim().equals("*")) {
      return true;
    }
    int at = list.indexOf(opaque);
    while (at >= 0) {
      int end = at + opaque.length();
      boolean begins = at == 0 || ", \t/".indexOf(list.charAt(at - 1)) >= 0;
      boolean ends = end == list.length() || ", \t".indexOf(list.charAt(end)) >= 0;
      if (begins && ends) {
        return true;
      }
      at = list.indexOf(opaque, at + 1);
    }
    return false;
  }

  /** Field lines that ask the replica whether this still holds; empty when it cannot be asked. */
  public String conditions() {
    String etag = value(fields, "etag");
    return (etag.isEmpty() ? "" : "If-None-Match: " + etag + "\r\n")
        + (lastModified.isEmpty() ? "" : "If-Modified-Since: " + lastModified + "\r\n");
  }

  public int status() {
    return status;
  }

  /** Retains it, unless it has gone meanwhile. */
  boolean tryRetain() {
    try {
      retain();
      return true;
    } catch (IllegalReferenceCountException e) {
      return false;
    }
  }

  @Override
  protected void deallocate() {
    representations.forEach(Representation::release);
  }

  @Override
  public ReferenceCounted touch(Object hint) {
    return this;
  }
}
