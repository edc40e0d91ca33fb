package dev.headroom.demo.traffic.http;

/** One answer; its body is empty when the request did not ask to keep it. */
public final class HttpResponse {
  private final int status;
  private final String replica;
  private final byte[] body;

  HttpResponse(int status, String replica, byte[] body) {
    this.status = status;
    this.replica = replica;
    this.body = body;
  }

  public int status() {
    return status;
  }

  /** {@code X-Replica}, or nothing where the answer did not come from a replica. */
  public String replica() {
    return replica;
  }

  /** The content; not copied, so it is the reader's alone. */
  public byte[] body() {
    return body;
  }
}
