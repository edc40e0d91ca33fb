package dev.headroom.demo.traffic.users;

/** What came back, for whoever goes on from there. */
final class Answer {
  /** The status of a request that got none. */
  static final int NONE = 0;

  private final int status;
  private final byte[] body;
  private final String replica;
  private final long at;

  Answer(int status, byte[] body, String replica, long at) {
    this.status = status;
    this.body = body;
    this.replica = replica;
    this.at = at;
  }

  int status() {
    return status;
  }

  boolean good() {
    return status >= 200 && status < 300;
  }

  byte[] body() {
    return body;
  }

  String replica() {
    return replica;
  }

  /** When it came, which is when a request that follows from it is due. */
  long at() {
    return at;
  }
}
