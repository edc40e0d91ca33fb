package dev.headroom.console;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the pages can do beside showing. What is absent is shown as unavailable; it may appear
 * later. Implementations are thread-safe, may block, and tell a wrong request by {@link
 * IllegalArgumentException} and what cannot be done by {@link dev.headroom.base.UserError}.
 */
public interface Actions {

  /** A console that only shows. */
  Actions NONE = new Actions() {};

  default Optional<Purging> purging() {
    return Optional.empty();
  }

  default Optional<Applying> applying() {
    return Optional.empty();
  }

  default Optional<Silencing> silencing() {
    return Optional.empty();
  }

  /** Empties part of the response cache. */
  @FunctionalInterface
  interface Purging {

    /**
     * @param paths a path, or a path and {@code /**} for all below
     * @param tags as the document names them
     * @return how many responses were removed
     */
    int purge(List<String> paths, List<String> tags);
  }

  /** Carries out advice in the database. */
  @FunctionalInterface
  interface Applying {

    /**
     * @param id of {@link dev.headroom.signals.Vocabulary#ADVICE_ID}
     * @return what was done, in one sentence
     */
    String apply(String id);
  }

  /** Tells nobody of an alert for a while. */
  @FunctionalInterface
  interface Silencing {

    /**
     * @param alert its name
     * @param length zero ends a silence
     */
    void silence(String alert, Duration length, String reason);
  }
}
