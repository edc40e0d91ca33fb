package dev.headroom.e2e;

import dev.headroom.engines.RunState;
import dev.headroom.testing.RawSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The Redis servers of a run, in Redis's own protocol over plain sockets. */
record Redis(List<RunState.Member> nodes) {

  static Redis of(HeadroomProcess process) {
    return new Redis(
        process.run().children().stream()
            .filter(child -> child.name().startsWith("redis ") && child.alive())
            .toList());
  }

  /** Whether every node sees a whole cluster of {@code size}. */
  boolean isOk(int size) throws IOException {
    for (RunState.Member node : nodes) {
      String info = ask(node, "CLUSTER INFO");
      if (!info.contains("cluster_state:ok") || !info.contains("cluster_known_nodes:" + size)) {
        return false;
      }
      if (ask(node, "CLUSTER NODES").contains("fail")) {
        return false;
      }
    }
    return nodes.size() == size;
  }

  /** The first node that is a master. */
  RunState.Member master() throws IOException {
    for (RunState.Member node : nodes) {
      if (ask(node, "ROLE").contains("master")) {
        return node;
      }
    }
    throw new IOException("no master among " + nodes);
  }

  private static String ask(RunState.Member node, String command) throws IOException {
    try (RawSocket socket = RawSocket.connect(node.ports().getFirst())) {
      String head = socket.send(command + "\r\n").readUntil("\r\n");
      if (head.startsWith("$")) {
        int length = Integer.parseInt(head.substring(1).strip());
        return new String(socket.readExactly(length), StandardCharsets.UTF_8);
      }
      // Of an array the first element is enough here: ROLE begins with the role.
      return head.startsWith("*") ? socket.readUntil("\r\n") + socket.readUntil("\r\n") : head;
    }
  }
}
