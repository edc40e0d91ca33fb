package dev.headroom.engines;

import dev.headroom.base.ByteSize;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A program that owns a state folder with running servers until it is killed. */
final class KilledRun {
  private KilledRun() {}

  public static void main(String[] arguments) throws Exception {
    StateFolder state = StateFolder.open(Path.of(arguments[0]), new ByteSize(0));
    Path folder = state.directory("servers");
    PostgresBinaries binaries = PostgresBinaries.unpack();
    PostgresSettings primary = TestServers.postgres(folder, "primary");
    new PostgresSetup(binaries).initialize(primary);
    PostgresServer.start(binaries, primary, state);
    RedisServer.start(RedisBinaries.find(), TestServers.redis(folder, "redis"), state);
    // Its second process is what a service script leaves when only the script is ended.
    ChildProcess.start(
        ProcessSpec.of(
            "service",
            List.of("sh", "-c", "trap '' TERM; sleep 1000 & wait; sleep 1000"),
            folder,
            folder.resolve("service.log")),
        state);
    state.port("console", 8800);
    System.out.println("ready");
    Runtime.getRuntime().addShutdownHook(new Thread(state::close));
    new CountDownLatch(1).await();
  }
}
