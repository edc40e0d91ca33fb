package dev.headroom.spec;

import java.util.List;

/** Which callers stay on one replica, and how they are known again. */
public record AffinitySpec(
    @Setting(value = "Which paths.", required = true) List<String> paths,
    @Setting(value = "Name of the cookie.", def = "hr_affinity") String cookie) {

  public AffinitySpec {
    paths = List.copyOf(paths);
  }
}
