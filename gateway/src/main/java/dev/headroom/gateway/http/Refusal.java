package dev.headroom.gateway.http;

/** A message that is not forwarded, with the status that says why. Carries no stack trace. */
public final class Refusal extends Exception {
  private final int status;

  public Refusal(int status, String detail) {
    super(detail, null, false, false);
    this.status = status;
  }

  /** Of the response to the client when the message was a request. */
  public int status() {
    return status;
  }

  /** What was wrong, in words that are safe to show to the client. */
  public String detail() {
    return String.valueOf(getMessage());
  }

  static Refusal bad(String detail) {
    return new Refusal(400, detail);
  }
}
