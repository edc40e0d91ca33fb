package dev.headroom.engines;

import dev.headroom.base.UserError;

/** Processors for which servers are shipped. */
enum Architecture {
  X86_64("/postgres-linux-x86_64.txz", "/redis-server-6.2.6-v5-linux-amd64"),
  ARM_64("/postgres-linux-arm_64.txz", "/redis-server-6.2.7-linux-arm64");

  private final String postgres;
  private final String redis;

  Architecture(String postgres, String redis) {
    this.postgres = postgres;
    this.redis = redis;
  }

  static Architecture ofThisMachine() {
    return of(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  static Architecture of(String system, String processor) {
    if (system.equals("Linux")) {
      switch (processor) {
        case "amd64", "x86_64" -> {
          return X86_64;
        }
        case "aarch64" -> {
          return ARM_64;
        }
        default -> {}
      }
    }
    throw UserError.machine(
        "No PostgreSQL or Redis is shipped for %s on %s (expected: Linux on amd64 or aarch64);"
                .formatted(system, processor)
            + " name servers that run elsewhere in the document's database and redis sections");
  }

  /** The archive of PostgreSQL on the class path. */
  String postgresResource() {
    return postgres;
  }

  /** The program redis-server on the class path. */
  String redisResource() {
    return redis;
  }
}
