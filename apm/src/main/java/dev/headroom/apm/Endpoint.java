package dev.headroom.apm;

/**
 * What is asked of a service.
 *
 * @param route a low-cardinality template, for example {@code /api/issues/{id}}
 */
public record Endpoint(String service, String method, String route) {

  @Override
  public String toString() {
    return (service + " " + method + " " + route).trim();
  }
}
