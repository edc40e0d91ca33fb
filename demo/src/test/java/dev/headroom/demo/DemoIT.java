package dev.headroom.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The processes as they are started by others. */
class DemoIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.shared();

  private static final Duration BOUND = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private Process start(String name, List<String> environment, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Demo.class.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name).toFile());
    builder
        .environment()
        .put(
            "JDBC_DATABASE_URL",
            POSTGRES.url() + "?user=" + POSTGRES.user() + "&password=" + POSTGRES.password());
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return builder.start();
  }

  private String output(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int exit(Process process) throws InterruptedException {
    assertThat(process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void wrongUseIsToldInOneLine() throws Exception {
    assertThat(exit(start("a", List.of(), "serve"))).isEqualTo(2);
    assertThat(output("a"))
        .isEqualTo("demo: serve (expected: api, mailer, partner, migrate, generate or traffic)\n");
    assertThat(exit(start("b", List.of("PORT=x"), "api"))).isEqualTo(2);
    assertThat(output("b")).isEqualTo("demo: PORT: x (expected: a number from 0 to 65535)\n");
    assertThat(exit(start("c", List.of(), "generate", "--size", "huge"))).isEqualTo(2);
    assertThat(output("c"))
        .isEqualTo(
            "demo: --size: huge (expected: small, default, large or 5000 to 100000000 rows)\n");
    assertThat(exit(start("d", List.of(), "--help"))).isZero();
    assertThat(output("d")).contains("demo api [--train]");
  }

  @Test
  void generatesServesMailsAndStops() throws Exception {
    assertThat(exit(start("generate", List.of(), "generate", "--size", "small")))
        .as(() -> output("generate"))
        .isZero();
    assertThat(exit(start("again", List.of(), "generate", "--size", "small"))).isZero();
    assertThat(output("again")).contains("the data is there: size small, 250 users");
    List<String> partnerSettings = List.of("PARTNER_PORT=0", "DEMO_PARTNER_MS=5");
    Process partner = start("partner", partnerSettings, "partner");
    String partnerUrl = "PARTNER_URL=http://127.0.0.1:" + port("partner");
    Process mailer = start("mailer", List.of(partnerUrl, "DEMO_JOBS_SECONDS=1"), "mailer");
    Process api = start("api", List.of("PORT=0", partnerUrl), "api");
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI base = URI.create("http://127.0.0.1:" + port("api"));
      POSTGRES.execute("INSERT INTO outbox (kind, recipient, payload) VALUES ('mail', 'a@b', 'x')");
      Await.until(BOUND, () -> number("SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0);
      Await.until(BOUND, () -> number("SELECT count(*) FROM digests") > 0);
      // The emulated wait keeps this one running while the process is told to end.
      CompletableFuture<HttpResponse<String>> running =
          client.sendAsync(
              HttpRequest.newBuilder(base.resolve("/api/login"))
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"email\":\"user-9@demo.example\",\"password\":\"demo\"}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      Await.until(
          BOUND,
          () ->
              number("SELECT count(*) FROM sessions WHERE issued_at > now() - interval '1 h'") > 0);
      api.destroy();
      assertThat(running.join().statusCode()).isEqualTo(200);
      assertThat(exit(api)).as(() -> output("api")).isZero();
      mailer.destroy();
      assertThat(exit(mailer)).as(() -> output("mailer")).isZero();
      partner.destroy();
      assertThat(exit(partner)).as(() -> output("partner")).isZero();
    } finally {
      List.of(api, mailer, partner).forEach(Process::destroyForcibly);
    }
  }

  @Test
  void trainsWithoutADatabase() throws Exception {
    assertThat(exit(start("train", List.of("JDBC_DATABASE_URL="), "api", "--train"))).isZero();
    assertThat(output("train")).contains("without a database");
  }

  private int port(String name) {
    Pattern listens = Pattern.compile("listens on 127\\.0\\.0\\.1:(\\d+)");
    Await.until(BOUND, () -> listens.matcher(output(name)).find());
    Matcher matcher = listens.matcher(output(name));
    assertThat(matcher.find()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  private static long number(String sql) throws SQLException {
    try (var connection = POSTGRES.connect();
        var statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }
}
