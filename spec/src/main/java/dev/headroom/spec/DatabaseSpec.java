package dev.headroom.spec;

import java.util.List;
import java.util.Optional;

/** PostgreSQL: run here with so many replicas, or where someone else runs it. */
public record DatabaseSpec(
    @Setting(value = "Streaming replicas to run.", def = "4", min = 0, max = 15) int replicas,
    @Setting(value = "required: a commit waits for one replica.", def = "required")
        Durability durability,
    @Setting(value = "Name of the database.", def = "app") String name,
    @Setting(value = "Name of the application's user.", def = "app") String user,
    @Setting("URL of a primary that someone else runs.") Optional<Value> primary,
    @Setting("URLs of its replicas.") List<Value> readReplicas) {

  public DatabaseSpec {
    readReplicas = List.copyOf(readReplicas);
  }

  /** Is the database somebody else's? */
  public boolean isExternal() {
    return primary.isPresent();
  }

  /** CloudNativePG's word for what a commit promises. */
  public enum Durability {
    REQUIRED,
    PREFERRED
  }
}
