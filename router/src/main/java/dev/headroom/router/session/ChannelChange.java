package dev.headroom.router.session;

import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.sql.StatementKind;
import dev.headroom.sql.StatementShape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * LISTEN or UNLISTEN.
 *
 * @param channel empty for UNLISTEN *
 */
record ChannelChange(boolean listens, String channel) {
  /* PostgreSQL cuts longer names. */
  private static final int MAX_BYTES = 63;

  /** Of a text that has nothing else; otherwise none. */
  static List<ChannelChange> of(StatementAnalysis analysis) {
    StatementKind first = analysis.shapes().getFirst().kind();
    if (first != StatementKind.LISTEN && first != StatementKind.UNLISTEN) {
      return List.of(); // By far the most.
    }
    List<ChannelChange> changes = new ArrayList<>(1);
    for (StatementShape shape : analysis.shapes()) {
      switch (shape.kind()) {
        case LISTEN -> changes.add(new ChannelChange(true, cut(shape.subject())));
        case UNLISTEN -> changes.add(new ChannelChange(false, cut(shape.subject())));
        default -> {
          return List.of();
        }
      }
    }
    return changes;
  }

  String tag() {
    return listens ? "LISTEN" : "UNLISTEN";
  }

  private static String cut(String name) {
    String cut = name;
    while (cut.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
    }
    return cut;
  }
}
