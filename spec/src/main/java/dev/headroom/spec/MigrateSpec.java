package dev.headroom.spec;

import java.util.List;

/** A command run once per release, straight against the primary. */
public record MigrateSpec(
    @Setting(value = "The service whose image and environment it uses.", required = true)
        String service,
    @Setting(value = "Program and arguments.", required = true) List<String> command) {

  public MigrateSpec {
    command = List.copyOf(command);
  }
}
