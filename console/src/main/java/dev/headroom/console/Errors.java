package dev.headroom.console;

import dev.headroom.apm.Analyses.ErrorGroup;
import dev.headroom.apm.Window;
import dev.headroom.signals.TraceId;
import java.util.List;
import java.util.Map;

/** Exceptions of the application, alike ones together. */
final class Errors {
  private Errors() {}

  static List<Group> of(Reads reads, Window window, int limit) {
    return reads.queries().errorGroups(window, limit).stream().map(Group::of).toList();
  }

  /** One kind of exception; {@code stackTrace} is of the newest, empty when none was sent. */
  record Group(
      String id,
      String service,
      String type,
      String message,
      String location,
      String stackTrace,
      long count,
      long firstSeen,
      long lastSeen,
      Map<String, Long> releases,
      List<String> traces) {

    private static Group of(ErrorGroup group) {
      return new Group(
          group.id(),
          group.service(),
          group.type(),
          group.message(),
          group.location(),
          group.stackTrace(),
          group.count(),
          group.firstSeen().toEpochMilli(),
          group.lastSeen().toEpochMilli(),
          group.releases(),
          group.samples().stream().map(TraceId::toString).toList());
    }
  }
}
