package dev.headroom.operator;

/**
 * A condition of the resource, before it has a time.
 *
 * @param type for example {@code DatabaseReady}
 * @param reason one word in CamelCase, for programs
 * @param message for people; may be empty
 */
record Finding(String type, Status status, String reason, String message) {
  static final String READY = "Ready";
  static final String DOCUMENT_VALID = "DocumentValid";
  static final String SERVICES = "ServicesReady";
  static final String MIGRATED = "Migrated";
  static final String DATABASE = "DatabaseReady";
  static final String REDIS = "RedisReady";
  static final String NODES = "NodesReady";
  static final String SCALING = "HorizontalScalingReady";
  static final String SIZING = "RightSizingReady";

  static final String API_MISSING = "ApiMissing";

  /** As Kubernetes writes it. */
  enum Status {
    TRUE("True"),
    FALSE("False"),
    UNKNOWN("Unknown");

    private final String word;

    Status(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  static Finding good(String type, String reason, String message) {
    return new Finding(type, Status.TRUE, reason, message);
  }

  static Finding bad(String type, String reason, String message) {
    return new Finding(type, Status.FALSE, reason, message);
  }

  static Finding pending(String type, String reason, String message) {
    return new Finding(type, Status.UNKNOWN, reason, message);
  }

  /** The cluster does not serve what it takes. */
  static Finding missing(String type, Kind kind) {
    return bad(
        type,
        API_MISSING,
        "%s %s is not served by this cluster (expected: %s); install it, and this goes on by itself"
            .formatted(kind.apiVersion(), kind.kind(), kind.provider()));
  }
}
