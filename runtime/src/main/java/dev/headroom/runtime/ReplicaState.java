package dev.headroom.runtime;

import java.util.Locale;

/** The life of a replica. */
enum ReplicaState {
  /** No node has room for it. */
  UNPLACED,
  /** Its process runs and has not been healthy yet. */
  STARTING,
  /** Gets requests; a worker: its process runs. */
  READY,
  /** Runs, and does not answer its health check. */
  UNHEALTHY,
  /** Waits for its next start. */
  BACKING_OFF,
  /** Gets no new requests, finishes those it has. */
  DRAINING,
  /** Its process has ended, and will not be started again. */
  GONE;

  /** As telemetry says it, for example {@code backing-off}. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
