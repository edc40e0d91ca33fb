package dev.headroom.gateway.http;

/** One field line of a head. */
public record HttpField(String name, String value) {

  /** Field names are the same whatever their case: RFC 9110, section 5.1. */
  public boolean is(String other) {
    return name.equalsIgnoreCase(other);
  }
}
