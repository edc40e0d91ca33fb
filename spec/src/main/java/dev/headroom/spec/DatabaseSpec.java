package dev.headroom.spec;

import dev.headroom.base.ByteSize;
import java.util.List;
import java.util.Optional;

/** PostgreSQL: run here with so many replicas, or where someone else runs it. */
public record DatabaseSpec(
    @Setting(value = "Streaming replicas to run.", def = "4", min = 0, max = 15) int replicas,
    @Setting(value = "required: a commit waits for one replica.", def = "required")
        Durability durability,
    @Setting(value = "Name of the database.", def = "app") String name,
    @Setting(value = "Name of the application's user.", def = "app") String user,
    @Setting(value = "Disk of one member, on Kubernetes.", def = "20Gi", min = 1 << 30)
        ByteSize storage,
    @Setting("URL of a primary that someone else runs.") Optional<Value> primary,
    @Setting("URLs of its replicas.") List<Value> readReplicas) {

  public DatabaseSpec {
    readReplicas = List.copyOf(readReplicas);
  }

  /** With the default disk. */
  public DatabaseSpec(
      int replicas,
      Durability durability,
      String name,
      String user,
      Optional<Value> primary,
      List<Value> readReplicas) {
    this(replicas, durability, name, user, new ByteSize(20L << 30), primary, readReplicas);
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
