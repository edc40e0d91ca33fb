package dev.headroom.engines;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Asks a Redis server whether it serves, in RESP, without a client library. */
final class RedisPing {
  private static final int TIMEOUT_MILLIS = 1000;

  private RedisPing() {}

  /** True once it answers PONG: while it loads its data, it answers with an error. */
  static boolean succeeds(RedisSettings settings) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(settings.host(), settings.port()), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      Optional<String> password = settings.password();
      if (password.isPresent()
          && !ask(socket.getOutputStream(), in, List.of("AUTH", password.get())).equals("+OK")) {
        return false;
      }
      return ask(socket.getOutputStream(), in, List.of("PING")).equals("+PONG");
    } catch (IOException e) {
      return false;
    }
  }

  private static String ask(OutputStream out, BufferedReader in, List<String> words)
      throws IOException {
    StringBuilder command = new StringBuilder("*").append(words.size()).append("\r\n");
    for (String word : words) {
      int length = word.getBytes(StandardCharsets.UTF_8).length;
      command.append('$').append(length).append("\r\n").append(word).append("\r\n");
    }
    out.write(command.toString().getBytes(StandardCharsets.UTF_8));
    String answer = in.readLine();
    return answer == null ? "" : answer;
  }
}
