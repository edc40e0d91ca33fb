package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerIT {
  private final RedisBinaries binaries = RedisBinaries.unpack(EngineCache.ofThisUser());

  @TempDir Path folder;

  private static String ask(RedisServer server, String... commands) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.settings().port())) {
      socket.setSoTimeout(5000);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String last = "";
      for (String command : commands) {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        last = in.readLine();
        if (last.startsWith("$")) {
          last = in.readLine();
        }
      }
      return last;
    }
  }

  @Test
  void keepsAppendedDataAndItsPassword() throws Exception {
    RedisSettings settings =
        TestServers.redis(folder, "one").withAppendOnly(true).withPassword("p \"w\\ d");
    String auth = "AUTH \"p \\\"w\\\\ d\"";
    try (RedisServer server = RedisServer.start(binaries, settings, ChildRegistry.NONE)) {
      assertThat(ask(server, "GET k")).startsWith("-NOAUTH");
      assertThat(ask(server, auth, "SET k v")).isEqualTo("+OK");
    }
    try (RedisServer server = RedisServer.start(binaries, settings, ChildRegistry.NONE)) {
      assertThat(ask(server, auth, "GET k")).isEqualTo("v");
      server.kill();
      assertThat(server.check().isUp()).isFalse();
    }
  }

  @Test
  void nodesMeet() throws Exception {
    Duration timeout = Duration.ofSeconds(2);
    RedisSettings one = TestServers.redis(folder, "one").withCluster(timeout);
    RedisSettings two = TestServers.redis(folder, "two").withCluster(timeout);
    try (RedisServer first = RedisServer.start(binaries, one, ChildRegistry.NONE);
        RedisServer second = RedisServer.start(binaries, two, ChildRegistry.NONE)) {
      assertThat(ask(first, "CLUSTER MEET 127.0.0.1 " + second.settings().port())).isEqualTo("+OK");
      assertThat(
              Waiting.until(
                  TestServers.SOON,
                  () -> {
                    try {
                      return ask(second, "CLUSTER COUNTKEYSINSLOT 1").equals(":0")
                          && nodes(second).contains(first.settings().port() + "@");
                    } catch (IOException e) {
                      return false;
                    }
                  }))
          .isTrue();
    }
  }

  private static String nodes(RedisServer server) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.settings().port())) {
      socket.getOutputStream().write("CLUSTER NODES\r\n".getBytes(StandardCharsets.UTF_8));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      StringBuilder text = new StringBuilder();
      String line = in.readLine();
      while (line != null && !line.isEmpty()) {
        text.append(line).append('\n');
        line = in.readLine();
      }
      return text.toString();
    }
  }

  @Test
  void namesTheOwnerOfItsPort() throws Exception {
    RedisSettings settings = TestServers.redis(folder, "one");
    try (RedisServer server = RedisServer.start(binaries, settings, ChildRegistry.NONE)) {
      assertThatThrownBy(() -> RedisServer.start(binaries, settings, ChildRegistry.NONE))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("Port %d for Redis one".formatted(settings.port()))
          .hasMessageContaining("pid " + server.pid());
    }
  }

  @Test
  void tellsTheLogWhenItDoesNotStart() {
    RedisSettings settings = TestServers.redis(folder, "one").withExtra("maxclients", "many");

    assertThatThrownBy(() -> RedisServer.start(binaries, settings, ChildRegistry.NONE))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Redis one ended at its start")
        .hasMessageContaining("maxclients");
  }
}
