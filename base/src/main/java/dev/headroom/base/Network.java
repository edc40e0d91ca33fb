package dev.headroom.base;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * An address, or all addresses with the same first bits: {@code 10.0.0.0/8}, {@code 2001:db8::/32},
 * {@code 192.0.2.7}.
 *
 * @param address the first one; bits beyond the prefix are zero
 * @param prefix how many bits they share
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by value below.
public record Network(byte[] address, int prefix) {

  /** Empty when {@code text} is neither an address nor a network; no name is looked up. */
  public static Optional<Network> parse(String text) {
    int slash = text.indexOf('/');
    String literal = slash < 0 ? text : text.substring(0, slash);
    byte[] address = literal(literal).map(InetAddress::getAddress).orElse(null);
    if (address == null) {
      return Optional.empty();
    }
    int prefix = address.length * 8;
    if (slash >= 0) {
      String bits = text.substring(slash + 1);
      if (!bits.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(bits) > prefix) {
        return Optional.empty();
      }
      prefix = Integer.parseInt(bits);
    }
    Network network = new Network(address, prefix);
    return Arrays.equals(network.masked(address), address)
        ? Optional.of(network)
        : Optional.empty();
  }

  /** An address written with digits; empty for anything else, names included. */
  public static Optional<InetAddress> literal(String text) {
    if (text.isEmpty() || text.length() > 45 || text.indexOf('%') >= 0) {
      return Optional.empty();
    }
    try {
      InetAddress address = InetAddress.ofLiteral(text);
      // Short forms such as 10.1 and forms in octal are read differently elsewhere.
      boolean plain = text.indexOf(':') >= 0 || text.equals(address.getHostAddress());
      return plain ? Optional.of(address) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  public boolean contains(InetAddress other) {
    byte[] bytes = other.getAddress();
    return bytes.length == address.length && Arrays.equals(masked(bytes), address);
  }

  private byte[] masked(byte[] bytes) {
    byte[] masked = bytes.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.clamp(prefix - 8L * i, 0, 8);
      masked[i] &= (byte) (0xff << (8 - kept));
    }
    return masked;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Network(byte[] its, int bits)
        && bits == prefix
        && Arrays.equals(its, address);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(address) * 31 + prefix;
  }

  @Override
  public String toString() {
    try {
      String text = InetAddress.getByAddress(address).getHostAddress();
      return prefix == address.length * 8 ? text : text + "/" + prefix;
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}
