package dev.headroom.autoscaler;

/**
 * A node that could be rented.
 *
 * @param pricePerHour USD; of spot capacity modelled
 */
record Offer(InstanceType type, String zone, Capacity capacity, double pricePerHour) {

  static Offer onDemand(InstanceType type, String zone) {
    return new Offer(type, zone, Capacity.ON_DEMAND, type.pricePerHour());
  }

  String inWords() {
    return "%s (%s, %s)".formatted(type.name(), capacity.word(), zone);
  }
}
