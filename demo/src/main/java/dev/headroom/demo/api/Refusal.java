package dev.headroom.demo.api;

/** An answer in the 4xx range: the client's request, not the server, is at fault. */
final class Refusal extends RuntimeException {
  private final int status;

  Refusal(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  static Refusal notFound(String what) {
    return new Refusal(404, what + " not found");
  }

  int status() {
    return status;
  }
}
