package dev.headroom.testing;

import dev.headroom.engines.ChildRegistry;
import dev.headroom.engines.FreePorts;
import dev.headroom.engines.RedisBinaries;
import dev.headroom.engines.RedisServer;
import dev.headroom.engines.RedisSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Real Redis servers for a test class: one alone, or nodes with cluster mode on that have not met
 * yet.
 *
 * <pre>{@code
 * @RegisterExtension static final RedisExtension REDIS = RedisExtension.single();
 * }</pre>
 *
 * <p>The field must be static.
 */
public final class RedisExtension implements BeforeAllCallback, AfterAllCallback {
  private final int count;
  private final UnaryOperator<RedisSettings> settings;
  private final List<RedisServer> servers = new ArrayList<>();
  private @Nullable Path folder;
  private @Nullable Thread endOfJvm;

  private RedisExtension(int count, UnaryOperator<RedisSettings> settings) {
    this.count = count;
    this.settings = settings;
  }

  /** One server without cluster mode. */
  public static RedisExtension single() {
    return new RedisExtension(1, UnaryOperator.identity());
  }

  /** {@code count} nodes which know nobody yet and give up on a silent one after two seconds. */
  public static RedisExtension nodes(int count) {
    return new RedisExtension(count, each -> each.withCluster(Duration.ofSeconds(2)));
  }

  /** The same with other settings for each server. */
  public RedisExtension with(UnaryOperator<RedisSettings> change) {
    return new RedisExtension(count, each -> change.apply(settings.apply(each)));
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
    Path created = Files.createTempDirectory("headroom-redis-");
    folder = created;
    Thread hook = new Thread(this::stopAll, "stop Redis");
    endOfJvm = hook;
    Runtime.getRuntime().addShutdownHook(hook);
    RedisBinaries binaries = RedisBinaries.find();
    for (int i = 1; i <= count; i++) {
      String name = "redis-" + i;
      RedisSettings one =
          RedisSettings.of(
              name,
              created.resolve(name),
              created.resolve(name + ".log"),
              FreePorts.ofThisJvm().nextForRedis());
      add(RedisServer.start(binaries, settings.apply(one), ChildRegistry.NONE));
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    stopAll();
    if (endOfJvm != null) {
      Runtime.getRuntime().removeShutdownHook(endOfJvm);
    }
  }

  private synchronized void add(RedisServer server) {
    servers.add(server);
  }

  private synchronized void stopAll() {
    servers.forEach(RedisServer::kill);
    servers.clear();
    if (folder != null) {
      Folders.delete(folder);
    }
  }

  /** All servers, in the order of their start. */
  public synchronized List<RedisServer> servers() {
    return List.copyOf(servers);
  }

  /** The first, or only, server. */
  public RedisServer server() {
    return servers().getFirst();
  }

  /** Address of the first, or only, server. */
  public String url() {
    return server().url();
  }

  /** Starts a server again that has been stopped or killed, on the same data and port. */
  public synchronized RedisServer restart(int index) throws InterruptedException {
    RedisServer old = servers.get(index);
    old.close();
    RedisServer fresh = RedisServer.start(RedisBinaries.find(), old.settings(), ChildRegistry.NONE);
    servers.set(index, fresh);
    return fresh;
  }
}
