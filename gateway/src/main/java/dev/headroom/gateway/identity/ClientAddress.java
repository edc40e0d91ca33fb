package dev.headroom.gateway.identity;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * A client's address as a limit counts it: IPv4 whole, of IPv6 the first 64 bits, since one
 * household has as many addresses as it likes in there.
 *
 * @param text for people
 */
public record ClientAddress(String text, long hash) {

  public static ClientAddress of(InetAddress address, KeyedHash hash) {
    byte[] bytes = address.getAddress();
    boolean v6 = address instanceof Inet6Address;
    long key = hash.of(bytes, 0, v6 ? 8 : bytes.length);
    if (!v6) {
      return new ClientAddress(address.getHostAddress(), key == 0 ? 1 : key);
    }
    StringBuilder network = new StringBuilder();
    for (int i = 0; i < 8; i += 2) {
      network.append(Integer.toHexString((bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff)));
      network.append(':');
    }
    return new ClientAddress(network.append(":/64").toString(), key == 0 ? 1 : key);
  }
}
