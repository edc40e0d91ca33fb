package dev.headroom.autoscaler;

import java.util.List;

/**
 * Who takes replicas off nodes that go away. Calls return at once; what they begin goes on after.
 */
public interface Evictions {

  /**
   * Puts another replica in the place of each of {@code instances}: the new one is placed and ready
   * before the old one drains. One that is on its way already is left alone.
   */
  void move(List<String> instances, String reason);

  /** Their machine is gone: their processes are killed at once. */
  void lose(List<String> instances, String reason);
}
