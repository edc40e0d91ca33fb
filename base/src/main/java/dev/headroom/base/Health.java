package dev.headroom.base;

/** Answer of {@link Component#check()}. */
public sealed interface Health {

  /** Works fully. */
  record Up() implements Health {}

  /** Works with a part of its strength; {@code reason} says what is missing. */
  record Degraded(String reason) implements Health {}

  /** Does not work; {@code reason} says why. */
  record Down(String reason) implements Health {}

  static Health up() {
    return new Up();
  }

  static Health degraded(String reason) {
    return new Degraded(reason);
  }

  static Health down(String reason) {
    return new Down(reason);
  }

  default boolean isUp() {
    return this instanceof Up;
  }
}
