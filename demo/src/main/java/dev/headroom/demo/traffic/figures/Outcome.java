package dev.headroom.demo.traffic.figures;

/** How a request ended, for the one who sent it. */
public enum Outcome {
  /** As meant: 2xx, 3xx, or the 4xx that was expected. */
  ANSWERED,
  /** 429: told to slow down. */
  LIMITED,
  /** Another 4xx that nothing sent should have caused. */
  UNEXPECTED_4XX,
  /** 5xx, a time-out, no connection, or an answer that could not be read. */
  ERROR;

  /** The outcome for a status; {@code intended} is a 4xx that is as welcome as a 2xx, or 0. */
  public static Outcome of(int status, int intended) {
    if (status >= 500) {
      return ERROR;
    }
    if (status == intended || status < 400) {
      return ANSWERED;
    }
    return status == 429 ? LIMITED : UNEXPECTED_4XX;
  }
}
