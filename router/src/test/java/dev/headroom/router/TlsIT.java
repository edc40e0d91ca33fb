package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.SslMode;
import dev.headroom.pgwire.Tls;
import dev.headroom.spec.RouterSpec;
import dev.headroom.spec.Value;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * TLS from clients, by the JDBC driver; TLS towards servers with the first router in the place of
 * the server, as the packaged PostgreSQL has no certificates of its own.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.shared();

  @TempDir static Path folder;

  private static Certificates certificates;
  private static Certificates others;
  private static RouterFixture secure;

  @BeforeAll
  static void start() throws Exception {
    certificates = Certificates.make(folder, "ip:127.0.0.1");
    others = Certificates.make(folder, "dns:elsewhere.example");
    secure = router(certificates, true);
  }

  @AfterAll
  static void stop() {
    secure.close();
  }

  private static RouterFixture router(Certificates of, boolean required) throws Exception {
    RouterSpec plain = RouterFixture.spec(4, Duration.ofSeconds(5), Duration.ofSeconds(60));
    RouterSpec spec =
        new RouterSpec(
            plain.listen(),
            plain.address(),
            plain.pool(),
            plain.queueTimeout(),
            plain.freshnessWait(),
            plain.maxLag(),
            plain.poolMode(),
            false,
            false,
            RouterSpec.Auth.SCRAM_SHA_256,
            Optional.of(
                new RouterSpec.ClientTls(new Value.Literal(""), new Value.Literal(""), required)));
    return new RouterFixture(
        POSTGRES, spec, RouterFixture.access(POSTGRES), access(Tls.toClients(of.identity())));
  }

  private static ClientAccess access(Tls tls) {
    return new ClientAccess() {
      @Override
      public Tls tls(RouterSpec spec) {
        return tls;
      }

      @Override
      public Map<String, Credential> users(RouterSpec spec) {
        return Map.of();
      }
    };
  }

  @Test
  void clientsVerifyTheRouter() throws Exception {
    Path root = folder.resolve("root.crt");
    Files.writeString(root, certificates.certificatePem());
    String verified = "&sslmode=verify-full&sslrootcert=" + root;
    try (Connection c = secure.connect(verified)) {
      assertThat(RouterFixture.text(c, "SELECT repeat('x', 300000)")).hasSize(300_000);
      RouterFixture.execute(c, "CREATE TEMP TABLE big AS SELECT repeat('y', 200000) AS v");
      assertThat(RouterFixture.text(c, "SELECT length(v) FROM big")).isEqualTo("200000");
    }
    try (Connection c = secure.connect("&sslmode=require&sslNegotiation=direct")) {
      assertThat(RouterFixture.text(c, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void clientsWithoutTlsAreTurnedAwayWhereItIsRequired() {
    assertThatThrownBy(() -> secure.connect("&sslmode=disable"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("connection without TLS")
        .hasMessageContaining("sslmode=require");
  }

  @Test
  void serversAreVerified() throws Exception {
    Member server = new Member("pg", secure.router.address());
    assertThat(answersThrough(server, SslMode.REQUIRE, Optional.empty())).isTrue();
    assertThat(
            answersThrough(server, SslMode.VERIFY_FULL, Optional.of(certificates.certificatePem())))
        .isTrue();
    assertThat(answersThrough(server, SslMode.VERIFY_CA, Optional.of(others.certificatePem())))
        .isFalse();
    try (RouterFixture misnamed = router(others, false)) {
      Member wrong = new Member("pg", misnamed.router.address());
      Optional<String> root = Optional.of(others.certificatePem());
      assertThat(answersThrough(wrong, SslMode.VERIFY_CA, root)).isTrue();
      assertThat(answersThrough(wrong, SslMode.VERIFY_FULL, root)).isFalse();
    }
  }

  @Test
  void aServerWithoutTlsIsRefusedOnlyWhereItIsRequired() throws Exception {
    Member plain = RouterFixture.member(POSTGRES.primary());
    assertThat(answersThrough(plain, SslMode.PREFER, Optional.empty())).isTrue();
    assertThat(answersThrough(plain, SslMode.REQUIRE, Optional.empty())).isFalse();
  }

  private static boolean answersThrough(Member server, SslMode mode, Optional<String> root)
      throws Exception {
    DatabaseAccess access =
        RouterFixture.access(POSTGRES).with(Tls.toServers(mode, root, Optional.empty()));
    RouterSpec spec = RouterFixture.spec(2, Duration.ofSeconds(5), Duration.ofSeconds(60));
    try (RouterFixture outer = new RouterFixture(POSTGRES, spec, access, List.of(server))) {
      Await.until(
          RouterFixture.BOUND,
          () ->
              outer.router.check().equals(dev.headroom.base.Health.up())
                  || outer.router.check().toString().contains("TLS")
                  || outer.router.check().toString().contains("PKIX")
                  || outer.router.check().toString().contains("certificate")
                  || outer.router.check().toString().contains("subject alternative"));
      if (!outer.router.check().equals(dev.headroom.base.Health.up())) {
        return false;
      }
      try (Connection c = outer.connect()) {
        return RouterFixture.text(c, "SELECT 7").equals("7");
      }
    }
  }
}
