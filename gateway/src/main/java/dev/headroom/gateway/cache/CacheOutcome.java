package dev.headroom.gateway.cache;

/** What the cache did for a request. */
public enum CacheOutcome {
  /** Answered from what was there. */
  HIT("hit"),
  /** Answered from what was there and is old, while a new one is fetched: RFC 5861. */
  STALE("hit; detail=stale-while-revalidate"),
  /** Answered from what another request fetched meanwhile. */
  COLLAPSED("fwd=uri-miss; collapsed"),
  /** Answered from what was there and the application has confirmed. */
  REVALIDATED("fwd=stale; fwd-status=304"),
  /** Answered by the application. */
  MISS("fwd=uri-miss"),
  /** The request is none that the cache may answer. */
  BYPASS("fwd=bypass");

  private final String status;

  CacheOutcome(String status) {
    this.status = status;
  }

  /** The parameters in {@code Cache-Status}: RFC 9211. */
  public String status() {
    return status;
  }
}
