package dev.headroom.advisor;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One proposal.
 *
 * @param id the same in every run for the same proposal, for example {@code missing-index-3f9c01d2}
 * @param title one line
 * @param explanation what is slow and why this helps, in words
 * @param secondsPerHour time that it saves, from the observed rate of the statements or requests:
 *     seconds of execution in each hour; 0 when it saves something else
 */
public record Advice(
    String id,
    AdviceKind kind,
    String title,
    String explanation,
    double secondsPerHour,
    Evidence evidence,
    AdviceAction action,
    AdviceState state) {

  private static final int ID_DIGITS = 8;

  /**
   * A new proposal.
   *
   * @param subject what it is about, without anything that changes from run to run
   */
  public static Advice propose(
      AdviceKind kind,
      String subject,
      String title,
      String explanation,
      double secondsPerHour,
      Evidence evidence,
      AdviceAction action) {
    return new Advice(
        kind.word() + "-" + digest(kind.word() + "\n" + subject),
        kind,
        title,
        explanation,
        secondsPerHour,
        evidence,
        action,
        AdviceState.PROPOSED);
  }

  /** The same in another state. */
  public Advice withState(AdviceState next) {
    return new Advice(id, kind, title, explanation, secondsPerHour, evidence, action, next);
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, ID_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
