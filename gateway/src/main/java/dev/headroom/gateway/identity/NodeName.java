package dev.headroom.gateway.identity;

import dev.headroom.base.Network;
import java.net.InetAddress;
import java.util.Optional;

/** How proxies write an address: RFC 7239, section 6, and what is usual in X-Forwarded-For. */
final class NodeName {
  private NodeName() {}

  /** {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1} or {@code [2001:db8::1]:80}. */
  static Optional<InetAddress> address(String node) {
    if (node.startsWith("[")) {
      int end = node.indexOf(']');
      return end > 0 && isPort(node, end + 1)
          ? Network.literal(node.substring(1, end)).filter(each -> each.getAddress().length == 16)
          : Optional.empty();
    }
    int colon = node.indexOf(':');
    if (colon >= 0 && colon == node.lastIndexOf(':')) {
      return isPort(node, colon) ? Network.literal(node.substring(0, colon)) : Optional.empty();
    }
    return Network.literal(node);
  }

  /* Nothing, or a colon and a port, which may be obfuscated. */
  private static boolean isPort(String node, int from) {
    return from == node.length() || node.substring(from).matches(":([0-9]{1,5}|_[A-Za-z0-9._-]+)");
  }
}
