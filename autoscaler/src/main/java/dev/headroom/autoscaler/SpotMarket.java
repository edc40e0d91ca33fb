package dev.headroom.autoscaler;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * A model of spot capacity: its prices, and what is not to be had for a while. No provider is
 * asked; whatever comes from here is labelled as simulated. Not thread-safe.
 */
final class SpotMarket {
  /* EC2's spot prices lie mostly between 30 % and 70 % of the list price and differ by type and
   * zone. The model gives each pair its own share of it, the same at every start, so that a plan
   * can be compared with the one before. */
  private static final double LOWEST_SHARE = 0.3;
  private static final double HIGHEST_SHARE = 0.7;

  /** Karpenter leaves a type alone so long in the zone where it has just been taken away. */
  static final Duration UNAVAILABLE = Duration.ofMinutes(3);

  private record Offering(String type, String zone) {}

  private final Map<Offering, Instant> unavailableUntil = new HashMap<>();

  /** USD per hour, modelled. */
  static double price(InstanceType type, String zone) {
    return type.pricePerHour()
        * (LOWEST_SHARE + (HIGHEST_SHARE - LOWEST_SHARE) * noise(type, zone));
  }

  /* Between 0 and 1, from the mixed hash (the finaliser of MurmurHash3). */
  private static double noise(InstanceType type, String zone) {
    int hash = (type.name() + '/' + zone).hashCode();
    hash = (hash ^ hash >>> 16) * 0x85ebca6b;
    hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
    return ((hash ^ hash >>> 16) & 0xffffff) / (double) 0xffffff;
  }

  void taken(InstanceType type, String zone, Instant now) {
    unavailableUntil.put(new Offering(type.name(), zone), now.plus(UNAVAILABLE));
  }

  boolean offers(InstanceType type, String zone, Instant now) {
    Instant until = unavailableUntil.get(new Offering(type.name(), zone));
    return until == null || !until.isAfter(now);
  }
}
