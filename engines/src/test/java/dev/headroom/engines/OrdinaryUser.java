package dev.headroom.engines;

import dev.headroom.base.ByteSize;
import dev.headroom.base.UserError;
import java.nio.file.Path;

/** A program that uses all of this module, to be run as another user; prints what happened. */
final class OrdinaryUser {
  private OrdinaryUser() {}

  /** Arguments: a folder that it may write, one that it may not. */
  public static void main(String[] arguments) throws Exception {
    System.out.println("root: " + RunAs.isRoot());
    try {
      StateFolder.open(Path.of(arguments[1], "state"), new ByteSize(0)).close();
    } catch (UserError e) {
      System.out.println("refused: " + e.getMessage());
    }
    Path folder = Path.of(arguments[0]);
    try (StateFolder state = StateFolder.open(folder.resolve("state"), new ByteSize(0))) {
      PostgresBinaries binaries = PostgresBinaries.unpack(folder.resolve("cache"));
      PostgresSetup setup = new PostgresSetup(binaries);
      PostgresSettings settings = TestServers.postgres(state.directory("postgres"), "primary");
      setup.initialize(settings);
      try (PostgresServer primary = PostgresServer.start(binaries, settings, state)) {
        PostgresSettings standby =
            TestServers.standbyOf(settings, state.directory("postgres"), "one");
        setup.cloneFrom(primary, standby);
        TestServers.tell(primary, "CREATE TABLE t AS SELECT 'streamed' AS n");
        try (PostgresServer replica = PostgresServer.start(binaries, standby, state)) {
          System.out.println(
              "streamed: " + TestServers.soonAnswers(replica, "SELECT n FROM t", "streamed"));
        }
      }
      RedisBinaries redis = RedisBinaries.unpack(new EngineCache(folder.resolve("cache")));
      try (RedisServer server =
          RedisServer.start(redis, TestServers.redis(state.directory("redis"), "one"), state)) {
        System.out.println("redis: " + server.check().isUp());
      }
    }
  }
}
