package dev.headroom.spec;

import static dev.headroom.spec.TestDocuments.HEAD;
import static dev.headroom.spec.TestDocuments.WEB;
import static dev.headroom.spec.TestDocuments.load;
import static dev.headroom.spec.TestDocuments.parse;
import static dev.headroom.spec.TestDocuments.problems;
import static dev.headroom.spec.TestDocuments.resource;
import static dev.headroom.spec.TestDocuments.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.base.Percent;
import dev.headroom.base.UserError;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {

  @Test
  void defaults() {
    assertThat(load("minimal.yaml"))
        .isEqualTo(
            new ScaledApp(
                "tracker",
                Map.of(
                    "web",
                    new ServiceSpec(
                        Optional.empty(),
                        Optional.empty(),
                        List.of("node", "server.js"),
                        List.of(),
                        OptionalInt.of(3000),
                        List.of("/**"),
                        new HealthSpec(
                            "/healthz", Duration.ofSeconds(2), Duration.ofSeconds(1), 1, 3),
                        Map.of(),
                        new ReplicasSpec(1, 1),
                        new TargetsSpec(Optional.empty(), Optional.empty(), OptionalInt.empty()),
                        new ResourcesSpec(new Cpu(500), ByteSize.mebibytes(512)),
                        Duration.ofSeconds(15))),
                Optional.empty(),
                GatewaySpec.listening("127.0.0.1", 8080),
                new RouterSpec(
                    6432,
                    "127.0.0.1",
                    RouterSpec.PoolSize.AUTO,
                    Duration.ofSeconds(10),
                    Duration.ZERO,
                    Duration.ofSeconds(10)),
                new DatabaseSpec(
                    4, DatabaseSpec.Durability.REQUIRED, "app", "app", Optional.empty(), List.of()),
                new RedisSpec(3, 1, List.of()),
                new NodesSpec(1, 18, new Percent(0), List.of("m7i", "c7i")),
                new ApmSpec(
                    4317,
                    4318,
                    8800,
                    9800,
                    "127.0.0.1",
                    Optional.empty(),
                    Optional.empty(),
                    new ApmSpec.Retention(
                        Duration.ofDays(3), Duration.ofDays(30), ByteSize.mebibytes(20 * 1024))),
                Map.of(),
                List.of()));
  }

  @Test
  void fullMapping() {
    ScaledApp app = load("full.yaml");

    ServiceSpec web = service(app, "web");
    assertThat(app.services().keySet()).containsExactly("web", "reports", "mailer");
    assertThat(web)
        .isEqualTo(
            new ServiceSpec(
                Optional.of("ghcr.io/acme/tracker:1.4.2"),
                Optional.empty(),
                List.of("node", "server.js"),
                List.of(),
                OptionalInt.of(3000),
                List.of("/**"),
                new HealthSpec("/ready", Duration.ofSeconds(5), Duration.ofSeconds(2), 2, 4),
                Map.of(
                    "SMTP_HOST", new Value.Literal("mail.acme.example"),
                    "SMTP_PORT", new Value.Literal("587"),
                    "SMTP_PASSWORD", new Value.Secret("smtp", "password"),
                    "LICENCE", new Value.File(Path.of("licence.txt")),
                    "TOKEN", new Value.Env("TRACKER_TOKEN")),
                new ReplicasSpec(8, 24),
                new TargetsSpec(
                    Optional.of(Duration.ofMillis(250)),
                    Optional.of(new Percent(70)),
                    OptionalInt.of(20)),
                new ResourcesSpec(
                    new Cpu(250),
                    ByteSize.mebibytes(256),
                    Optional.of(ByteSize.mebibytes(512)),
                    ResourcesSpec.RightSizing.AUTO,
                    Optional.of(
                        new ResourcesSpec.AllowedSpec(Optional.of(new Cpu(100)), Optional.empty())),
                    Optional.of(
                        new ResourcesSpec.AllowedSpec(
                            Optional.of(new Cpu(2000)), Optional.of(ByteSize.mebibytes(2048))))),
                Duration.ofSeconds(20)));
    assertThat(service(app, "reports").endpoints())
        .containsExactly(URI.create("http://10.0.0.5:3000"), URI.create("http://10.0.0.6:3000"));
    assertThat(service(app, "mailer").isServer()).isFalse();
    assertThat(app.migrate()).contains(new MigrateSpec("web", List.of("npm", "run", "migrate")));
    assertThat(app.gateway())
        .isEqualTo(
            new GatewaySpec(
                8081,
                "0.0.0.0",
                GatewaySpec.Balance.LEAST_REQUESTS,
                CallerKind.USER,
                Duration.ofSeconds(20),
                Duration.ofMillis(500),
                Duration.ofMinutes(2),
                new Percent(20),
                GatewaySpec.Concurrency.ADAPTIVE,
                new Percent(10),
                Optional.empty(),
                List.of(),
                List.of(),
                CacheStoreSpec.DEFAULT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    assertThat(app.router())
        .isEqualTo(
            new RouterSpec(
                6433,
                "127.0.0.1",
                new RouterSpec.PoolSize(OptionalInt.of(30)),
                Duration.ofSeconds(5),
                Duration.ofMillis(50),
                Duration.ofSeconds(3),
                RouterSpec.PoolMode.SESSION,
                true,
                true,
                RouterSpec.Auth.MD5,
                Optional.of(
                    new RouterSpec.ClientTls(
                        new Value.File(Path.of("server.crt")),
                        new Value.Secret("router", "key"),
                        true)),
                List.of("reports"),
                List.of(new RouterSpec.User("reader", new Value.Env("READER_PASSWORD"))),
                Optional.of(new Value.File(Path.of("userlist.txt"))),
                Optional.of("SELECT usename, passwd FROM pg_shadow WHERE usename = $1"),
                new RouterSpec.SlowStatements(Duration.ofMillis(500), true)));
    assertThat(app.database())
        .isEqualTo(
            new DatabaseSpec(
                2,
                DatabaseSpec.Durability.PREFERRED,
                "tracker",
                "tracker",
                Optional.empty(),
                List.of()));
    assertThat(app.redis()).isEqualTo(new RedisSpec(4, 2, List.of()));
    assertThat(app.nodes())
        .isEqualTo(
            new NodesSpec(
                6,
                12,
                new Percent(70),
                List.of("m7i", "r7i"),
                NodesSpec.ConsolidationPolicy.WHEN_EMPTY,
                Duration.ofMinutes(5)));
    assertThat(app.apm())
        .isEqualTo(
            new ApmSpec(
                14317,
                14318,
                18800,
                0,
                "127.0.0.1",
                Optional.empty(),
                Optional.of("http://10.0.0.9:4318"),
                new ApmSpec.Retention(
                    Duration.ofDays(1), Duration.ofDays(14), ByteSize.mebibytes(5 * 1024))));
  }

  @Test
  void anOverlayMergesMapsReplacesListsAndTakesAwayWithNull() {
    ScaledApp app = load("full.yaml", "production.yaml");

    assertThat(app.services().keySet()).containsExactly("web", "mailer");
    ServiceSpec web = service(app, "web");
    assertThat(web.replicas()).isEqualTo(new ReplicasSpec(8, 30));
    assertThat(web.command()).containsExactly("node", "--max-old-space-size=400", "server.js");
    assertThat(web.env().keySet())
        .containsExactly("SMTP_HOST", "SMTP_PORT", "SMTP_PASSWORD", "TOKEN");
    assertThat(web.env()).containsEntry("SMTP_PASSWORD", new Value.Env("SMTP_PASSWORD"));
    assertThat(app.router().listen()).isEqualTo(6432);
    assertThat(app.database().primary()).contains(new Value.Env("PRIMARY_URL"));
    assertThat(app.database().readReplicas()).containsExactly(new Value.Env("REPLICA_URL"));
  }

  @Test
  void aProblemNamesTheFileThatWonAndItsLine() {
    assertThat(
            problems(
                HEAD + WEB + "  gateway: {listen: 1}\n", "spec:\n  gateway:\n    listen: 70000\n"))
        .containsExactly("b.yaml:3: spec.gateway.listen: 70000 (expected: 0 to 65535)");
  }

  @Test
  void theMaximumGivesWayToAWrittenMinimum() {
    ScaledApp app =
        parse(
            HEAD
                + "  nodes: {min: 40}\n"
                + "  services: {web: {command: [a], port: 0, replicas: {min: 3}}}\n");
    assertThat(service(app, "web").replicas()).isEqualTo(new ReplicasSpec(3, 3));
    assertThat(app.nodes().max()).isEqualTo(40);
  }

  @Test
  void jsonIsYamlAndSoAreAnchorsMergeKeysAndAByteOrderMark() {
    assertThat(
            parse(
                    "{\"apiVersion\": \"headroom.dev/v1alpha1\", \"kind\": \"ScaledApp\","
                        + "\"metadata\": {\"name\": \"tracker\"}, \"spec\": {\"services\":"
                        + "{\"web\": {\"command\": [\"node\", \"server.js\"], \"port\": 3000}}}}")
                .services())
        .isEqualTo(load("minimal.yaml").services());
    ScaledApp app =
        parse(
            "\uFEFF"
                + HEAD
                + "  services:\n"
                + "    a: &a {command: [x], resources: &r {cpu: 2, memory: 64Mi}}\n"
                + "    b: {<<: *a, resources: {<<: *r, cpu: 0.5}}\n");
    assertThat(service(app, "b").command()).containsExactly("x");
    assertThat(service(app, "b").resources())
        .isEqualTo(new ResourcesSpec(new Cpu(500), ByteSize.mebibytes(64)));
  }

  @Test
  void theDesignsExampleIsWholeNow() {
    ScaledApp app = load("design.yaml");

    assertThat(app.gateway().rateLimits()).hasSize(2);
    assertThat(app.gateway().cache()).hasSize(2);
  }

  @Test
  void filesThatCannotBeReadAreProblemsOfTheUser(@TempDir Path folder) throws Exception {
    Path latin = folder.resolve("latin.yaml");
    Files.write(latin, new byte[] {'a', ':', ' ', (byte) 0xE9, '\n'});
    Path missing = folder.resolve("missing.yaml");
    Path large = folder.resolve("large.yaml");
    Files.writeString(large, "# " + "x".repeat(1 << 20));
    assertThatThrownBy(() -> Documents.load(List.of(latin, missing, large, folder)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(latin + ": bytes that are no text (expected: YAML in UTF-8)")
        .hasMessageContaining(missing + ": no such file")
        .hasMessageContaining(large + ": 1048577 bytes (expected: a document of at most 1 MiB)")
        .hasMessageContaining(folder + ": a folder");
    Path good = folder.resolve("good.yaml");
    Files.writeString(good, resource("minimal.yaml"));
    assertThat(Documents.load(List.of(good))).isEqualTo(load("minimal.yaml"));
  }

  @Test
  void noFileAtAll() {
    assertThatThrownBy(() -> Documents.load(List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("-f");
  }
}
