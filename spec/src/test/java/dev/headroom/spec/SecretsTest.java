package dev.headroom.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.Problem;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  @TempDir Path state;

  @Test
  void findsEachKind() throws IOException {
    Files.createDirectories(state.resolve("secrets/smtp"));
    Files.writeString(state.resolve("secrets/smtp/password"), "geheim\n");
    Files.writeString(state.resolve("key.pem"), "one\r\ntwo\r\n");
    Secrets secrets = new Secrets(Map.of("TOKEN", "t "), state);

    assertThat(
            secrets.resolve(
                "spec.services.web.env",
                Map.of(
                    "A", new Value.Literal("a"),
                    "B", new Value.Env("TOKEN"),
                    "C", new Value.File(state.resolve("key.pem")),
                    "D", new Value.Secret("smtp", "password"))))
        .isEqualTo(Map.of("A", "a", "B", "t ", "C", "one\r\ntwo", "D", "geheim"));
  }

  @Test
  void saysWhereItLooked() {
    Secrets secrets = new Secrets(Map.of(), state);
    assertThatThrownBy(
            () -> secrets.resolve("spec.database.primary", new Value.Secret("smtp", "password")))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "document: spec.database.primary: secret smtp/password not found (expected: a file "
                + state.resolve("secrets/smtp/password")
                + "); write it there");
    assertThatThrownBy(() -> secrets.resolve("spec.x", Map.of("A", new Value.Env("NOPE"))))
        .hasMessageContaining("spec.x.A: env NOPE not found");
  }

  @Test
  void checksAWholeDocument() {
    assertThat(new Secrets(Map.of(), state).check(TestDocuments.load("full.yaml")))
        .extracting(Problem::path)
        .containsExactly(
            "spec.services.web.env.SMTP_PASSWORD",
            "spec.services.web.env.LICENCE",
            "spec.services.web.env.TOKEN",
            "spec.router.tls.certificate",
            "spec.router.tls.key",
            "spec.router.users[0].password",
            "spec.router.userList",
            "spec.channels.ops.slack",
            "spec.channels.pager.signingKey");
  }
}
