package dev.headroom.shards;

/** Where a node takes clients, written {@code 127.0.0.1:7000}. The host is an IP address. */
public record NodeAddress(String host, int port) implements Comparable<NodeAddress> {

  @Override
  public int compareTo(NodeAddress other) {
    int byHost = host.compareTo(other.host);
    return byHost != 0 ? byHost : Integer.compare(port, other.port);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
