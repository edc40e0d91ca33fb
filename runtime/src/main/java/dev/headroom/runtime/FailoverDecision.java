package dev.headroom.runtime;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What to do when the primary is gone. */
sealed interface FailoverDecision {

  /** This replica has everything that was ever acknowledged. */
  record Promote(String member, WalPosition received) implements FailoverDecision {}

  /**
   * Nobody can be shown to have everything; the old primary has. {@code unread} replicas could be
   * the only ones that confirmed a commit.
   */
  record RestartPrimary(List<String> unread) implements FailoverDecision {}

  /**
   * Any one replica confirms a commit, so the replica that received most has every acknowledged
   * one, provided that none was left unread.
   *
   * @param received by replica; empty when it could not be read
   * @param mayLose {@code durability: preferred}: the furthest of those that could be read will do
   */
  static FailoverDecision of(Map<String, Optional<WalPosition>> received, boolean mayLose) {
    Map<String, Optional<WalPosition>> byName = new TreeMap<>(received);
    List<String> unread =
        byName.entrySet().stream()
            .filter(entry -> entry.getValue().isEmpty())
            .map(Map.Entry::getKey)
            .toList();
    Optional<Map.Entry<String, Optional<WalPosition>>> furthest =
        byName.entrySet().stream()
            .filter(entry -> entry.getValue().isPresent())
            .max(Comparator.comparing(entry -> entry.getValue().orElseThrow()));
    if (furthest.isEmpty() || (!unread.isEmpty() && !mayLose)) {
      return new RestartPrimary(unread);
    }
    return new Promote(furthest.get().getKey(), furthest.get().getValue().orElseThrow());
  }
}
