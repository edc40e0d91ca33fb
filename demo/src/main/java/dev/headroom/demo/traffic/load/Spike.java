package dev.headroom.demo.traffic.load;

import java.time.Duration;

/**
 * A sudden crowd.
 *
 * @param at when it comes, from the start of the run
 * @param users how many users there are then, at least
 * @param lasting how long it stays
 */
public record Spike(Duration at, int users, Duration lasting) {

  boolean covers(double second) {
    double from = at.toNanos() / 1e9;
    return second >= from && second < from + lasting.toNanos() / 1e9;
  }
}
