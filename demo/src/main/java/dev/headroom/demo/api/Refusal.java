package dev.headroom.demo.api;

/** An answer in the 4xx range: the client's request, not the server, is at fault. */
final class Refusal extends RuntimeException {
  private final int status;
  private final String reason;

  Refusal(int status, String reason) {
    super(reason, null, false, false);
    this.status = status;
    this.reason = reason;
  }

  static Refusal notFound(String what) {
    return new Refusal(404, what + " not found");
  }

  String reason() {
    return reason;
  }

  int status() {
    return status;
  }
}
