package dev.headroom.spec;

import static dev.headroom.spec.TestDocuments.HEAD;
import static dev.headroom.spec.TestDocuments.WEB;
import static dev.headroom.spec.TestDocuments.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad documents, and all that is said of each. */
class RejectionsTest {

  @ParameterizedTest
  @MethodSource
  void spec(String body, String[] expected) {
    assertThat(problems(HEAD + body)).containsExactly(expected);
  }

  static Stream<Arguments> spec() {
    String svc = "  services:\n    web:\n      command: [node]\n      port: 3000\n";
    return Stream.of(
        // Keys.
        bad(
            WEB + "  gatway: {listen: 1}\n",
            "a.yaml:6: spec.gatway: unknown key (expected: one of services, migrate, gateway,"
                + " router, database, redis, nodes, apm, channels, alerts); did you mean gateway?"),
        bad(
            svc + "      replica: {min: 1}\n      Targets: {}\n",
            "a.yaml:9: spec.services.web.replica: unknown key (expected: one of image,"
                + " deploymentRef, command, endpoints, port, paths, health, env, replicas, targets,"
                + " resources, stopGrace); did you mean replicas?",
            "a.yaml:10: spec.services.web.Targets: unknown key (expected: one of image,"
                + " deploymentRef, command, endpoints, port, paths, health, env, replicas, targets,"
                + " resources, stopGrace); did you mean targets?"),
        bad(
            WEB + "  redis: {shards: 3, shards: 4}\n",
            "a.yaml:6: shards: (expected: a key only once in its map); it is on line 6 already"),
        bad(
            WEB + "  migrate: {service: web}\n",
            "a.yaml:6: spec.migrate.command: (expected: Program and arguments. It must be there)"),
        // Words.
        bad(
            svc + "      resources: {cpu: 500mm, memory: 512MB}\n",
            "a.yaml:9: spec.services.web.resources.cpu: 500mm (expected: an amount of CPU, for"
                + " example 500m, 2 or 1.5)",
            "a.yaml:9: spec.services.web.resources.memory: 512MB (expected: a size in bytes, Ki,"
                + " Mi, Gi, Ti, k, M, G or T, for example 512Mi)"),
        bad(
            svc
                + "      resources: {memory: 1Gi, memoryLimit: 512Mi, rightSizing: always,"
                + " minAllowed: {cpu: 2}, maxAllowed: {cpu: 1}}\n",
            "a.yaml:9: spec.services.web.resources.rightSizing: always (expected: off | initial |"
                + " auto)",
            "a.yaml:9: spec.services.web.resources.memoryLimit: 512Mi (expected: at least 1Gi,"
                + " which is memory)",
            "a.yaml:9: spec.services.web.resources.maxAllowed.cpu: 1 (expected: at least 2, which"
                + " is minAllowed.cpu)"),
        bad(
            WEB + "  nodes: {spot: 101%}\n",
            "a.yaml:6: spec.nodes.spot: 101% (expected: at most 100%)"),
        bad(
            svc + "      targets: {cpu: 70}\n      stopGrace: 15\n",
            "a.yaml:9: spec.services.web.targets.cpu: 70 (expected: a share, for example 70%); did"
                + " you mean 70%?",
            "a.yaml:10: spec.services.web.stopGrace: 15 (expected: a duration in ms, s, m, h or d,"
                + " for example 250ms); did you mean 15s?"),
        bad(
            WEB + "  gateway: {listen: '8080', balance: round_robin}\n",
            "a.yaml:6: spec.gateway.listen: 8080 (expected: a whole number without quotes);"
                + " without quotes",
            "a.yaml:6: spec.gateway.balance: round_robin (expected: round-robin | least-requests |"
                + " peak-ewma | hash); did you mean round-robin?"),
        bad(
            WEB + "  router: {pool: many, freshnessWait: 0.0005ms, maxLag: 0s}\n",
            "a.yaml:6: spec.router.pool: many (expected: a number of connections, or auto)",
            "a.yaml:6: spec.router.freshnessWait: 0.0005ms (expected: a duration in ms, s, m, h or"
                + " d, for example 250ms)",
            "a.yaml:6: spec.router.maxLag: 0s (expected: at least 1ms)"),
        bad(
            WEB + "  database: {replicas: 16, durability: strict, name: My-App}\n",
            "a.yaml:6: spec.database.replicas: 16 (expected: 0 to 15)",
            "a.yaml:6: spec.database.durability: strict (expected: required | preferred)",
            "a.yaml:6: spec.database.name: My-App (expected: lower-case letters, digits and"
                + " underscores, at most 63)"),
        bad(
            "  services: {web: {command: node server.js, port: 99999999999}}\n",
            "a.yaml:5: spec.services.web.command: node server.js (expected: a list); write [node,"
                + " server.js]",
            "a.yaml:5: spec.services.web.port: 99999999999 (expected: a whole number without"
                + " quotes)"),
        bad(
            "  services: {web: {command: [node, 007, true, {a: b}, null], port: 1}}\n",
            "a.yaml:5: spec.services.web.command[1]: 007 (expected: text; fractions, true and false"
                + " in quotes)",
            "a.yaml:5: spec.services.web.command[2]: true (expected: text; fractions, true and"
                + " false in quotes)",
            "a.yaml:5: spec.services.web.command[3]: a map (expected: text; fractions, true and"
                + " false in quotes)",
            "a.yaml:5: spec.services.web.command[4]: null (expected: text; fractions, true and"
                + " false in quotes)"),
        bad(
            "  services: {web: {endpoints: ['http://a:1/x', 'tcp://b:1', '::', 'http://h:70000']}}",
            url(0, "http://a:1/x"),
            url(1, "tcp://b:1"),
            url(2, "::"),
            url(3, "http://h:70000")),
        bad("  services: [web]\n", "a.yaml:5: spec.services: a list (expected: a map)"),
        // Values that can be secret.
        bad(
            svc
                + "      env:\n"
                + "        A: {secret: ../../etc/passwd}\n"
                + "        B: {env: 'no name'}\n"
                + "        C: {value: x}\n"
                + "        D: {env: X, file: Y}\n"
                + "        E: 1.10\n"
                + "        F: (redacted)\n"
                + "        G: {file: ''}\n"
                + "        not-a-name: x\n",
            "a.yaml:10: spec.services.web.env.A.secret: ../../etc/passwd (expected: name/key of a"
                + " secret, for example smtp/password)",
            "a.yaml:11: spec.services.web.env.B.env: no name (expected: the name of a variable)",
            "a.yaml:12: spec.services.web.env.C: a map (expected: text, {env: VARIABLE}, {file:"
                + " path} or {secret: name/key})",
            "a.yaml:13: spec.services.web.env.D: a map (expected: text, {env: VARIABLE}, {file:"
                + " path} or {secret: name/key})",
            "a.yaml:14: spec.services.web.env.E: 1.10 (expected: text; fractions, true and false in"
                + " quotes)",
            "a.yaml:15: spec.services.web.env.F: (redacted) (expected: the value itself: this"
                + " document was printed with its secrets left out)",
            "a.yaml:16: spec.services.web.env.G.file: \"\" (expected: a path)",
            "a.yaml:17: spec.services.web.env.not-a-name: not-a-name (expected: the name of a"
                + " variable: letters, digits and underscores)"),
        // What must hold between values.
        bad("  services: {}\n", "a.yaml:5: spec.services: (expected: at least one service)"),
        bad("  router: {}\n", "a.yaml:4: spec.services: (expected: at least one service)"),
        bad(
            "  services: {Web: {command: [a], port: 1}}\n",
            "a.yaml:5: spec.services.Web: Web (expected: a name of lower-case letters, digits and"
                + " hyphens, at most 63)"),
        bad(
            "  services: {web: {port: 3000}}\n",
            "a.yaml:5: spec.services.web: nothing to run (expected: one of command, endpoints,"
                + " image, deploymentRef)"),
        bad(
            "  services: {web: {command: [a], endpoints: ['http://h:1', 'http://h:1']}}\n",
            "a.yaml:5: spec.services.web.endpoints: (expected: command or endpoints, not both); an"
                + " overlay takes the other away with null"),
        bad(
            svc + "      replicas: {min: 5, max: 4}\n  nodes: {min: 3, max: 2}\n",
            "a.yaml:9: spec.services.web.replicas.max: 4 (expected: at least 5, which is min)",
            "a.yaml:10: spec.nodes.max: 2 (expected: at least 3, which is min)"),
        bad(
            """
              services:
                a: {command: [a], port: 1}
                b: {command: [b], port: 2, paths: [/b/**, /c]}
                c: {command: [c], port: 3, paths: [/c, x, /**/y]}
            """,
            "a.yaml:6: spec.services.a.paths: (expected: paths for each service with a port, as"
                + " there are several); for example paths: [/a/**]",
            "a.yaml:8: spec.services.c.paths: x (expected: a path that starts with /, with ** only"
                + " at its end)"),
        bad(
            """
              services:
                b: {command: [b], port: 2, paths: [/b/**, /c]}
                c: {command: [c], port: 3, paths: [/c]}
            """,
            "a.yaml:7: spec.services.c.paths: /c (expected: a path of one service); b has it"),
        bad(
            "  services: {w: {command: [a], targets: {inFlight: 3, p95: 1s}, paths: [/], health:"
                + " {}}}\n",
            worker("targets.inFlight"),
            worker("targets.p95"),
            worker("paths"),
            worker("health")),
        bad(
            WEB + "  migrate: {service: wep, command: [npm]}\n",
            "a.yaml:6: spec.migrate.service: wep (expected: one of the services); did you mean"
                + " web?"),
        bad(
            WEB + "  database: {readReplicas: [{env: R}]}\n",
            "a.yaml:6: spec.database.readReplicas: (expected: primary beside it)"),
        bad(
            WEB + "  database: {primary: {env: P}, replicas: 2}\n  redis: {nodes: [x], shards: 3}",
            "a.yaml:6: spec.database.replicas: (expected: no replicas beside primary, which someone"
                + " else runs); an overlay takes it away with null",
            "a.yaml:7: spec.redis.shards: (expected: no shards beside nodes, which someone else"
                + " runs); an overlay takes it away with null"),
        bad(
            WEB + "  gateway: {listen: 8800}\n  apm: {http: 5000, grpc: 5000}\n",
            "a.yaml:6: spec.gateway.listen: 8800 (expected: a port that nothing else of this"
                + " document has, or 0); spec.apm.console has it",
            "a.yaml:7: spec.apm.http: 5000 (expected: a port that nothing else of this document"
                + " has, or 0); spec.apm.grpc has it"),
        bad(
            WEB + "  gateway: {address: 'local host'}\n  nodes: {families: [M7I]}\n",
            "a.yaml:6: spec.gateway.address: local host (expected: an IP address or a host name)",
            "a.yaml:7: spec.nodes.families: M7I (expected: EC2 instance families, for example"
                + " m7i)"));
  }

  @ParameterizedTest
  @MethodSource
  void yaml(String text, String[] expected) {
    assertThat(problems(text)).containsExactly(expected);
  }

  static Stream<Arguments> yaml() {
    return Stream.of(
        bad(
            "",
            "a.yaml:1: apiVersion: (expected: headroom.dev/v1alpha1)",
            "a.yaml:1: kind: (expected: ScaledApp)",
            "a.yaml:1: spec: (expected: a map with services)",
            "a.yaml:1: metadata: (expected: a map with name)"),
        bad(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: My App, nam: x}\nspec: 5\n",
            "a.yaml:1: apiVersion: apps/v1 (expected: headroom.dev/v1alpha1)",
            "a.yaml:2: kind: Deployment (expected: ScaledApp)",
            "a.yaml:3: metadata.nam: unknown key (expected: one of name, namespace, labels,"
                + " annotations); did you mean name?",
            "a.yaml:3: metadata.name: My App (expected: a name of lower-case letters, digits and"
                + " hyphens, at most 63)",
            "a.yaml:4: spec: 5 (expected: a map with services)"),
        bad(
            "- a\n",
            "a.yaml:1: a list (expected: a map with the keys apiVersion, kind, metadata,"
                + " spec)"),
        bad(
            HEAD + "  services:\n\tweb: {}\n",
            "a.yaml:6: a tab (expected: spaces: YAML allows no tabs in the indentation)"),
        bad(
            HEAD + "  services: {web: {command: [a}\n",
            "a.yaml:5: expected ',' or ']', but got } (expected: YAML)"),
        bad(
            HEAD + WEB + "---\n" + HEAD,
            "a.yaml:6: a second document (expected: one document in a file); use a file for each"),
        bad("a: *b\n", "a.yaml:1: *b (expected: an anchor that ends before it is used: &b)"),
        bad("a: &b [*b]\n", "a.yaml:1: *b (expected: an anchor that ends before it is used: &b)"),
        bad(
            "a: !!java.io.File x\n",
            "a.yaml:1: tag:yaml.org,2002:java.io.File (expected: no tag, or one of !!str !!int"
                + " !!float !!bool !!null)"),
        bad("a: \u0007\n", "a.yaml:1: character U+0007 (expected: printable text in UTF-8)"),
        bad("[".repeat(100_000), "a.yaml:1: (expected: at most 64 levels)"));
  }

  @Test
  void aSmallTextCannotStandForALargeTree() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
    }
    assertThat(problems(bomb.toString()))
        .containsExactly("a.yaml:5: (expected: at most 50000 values, aliases counted in full)");
  }

  @Test
  void manyProblemsAreCutShort() {
    StringBuilder body = new StringBuilder(HEAD + WEB);
    for (int i = 0; i < 300; i++) {
      body.append("  k%d: 1\n".formatted(i));
    }
    assertThat(problems(body.toString()))
        .hasSize(101)
        .last()
        .asString()
        .contains("200 more problems");
  }

  private static String url(int index, String value) {
    return "a.yaml:5: spec.services.web.endpoints["
        + index
        + "]: "
        + value
        + " (expected: a URL with scheme and host, for example http://10.0.0.5:3000)";
  }

  private static String worker(String key) {
    return "a.yaml:5: spec.services.w."
        + key
        + ": (expected: a service with a port); a worker answers no requests";
  }

  private static Arguments bad(String text, String... expected) {
    return Arguments.of(text, expected);
  }
}
