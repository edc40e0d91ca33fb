package dev.headroom.autoscaler;

/** How near to 1 the ratio of a metric to its target changes nothing, in each direction. */
public record Tolerance(double down, double up) {
  boolean covers(double ratio) {
    return 1 - down <= ratio && ratio <= 1 + up;
  }
}
