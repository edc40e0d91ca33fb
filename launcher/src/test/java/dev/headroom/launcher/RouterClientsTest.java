package dev.headroom.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import dev.headroom.pgwire.Credential;
import dev.headroom.spec.RouterSpec;
import dev.headroom.spec.Secrets;
import dev.headroom.spec.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouterClientsTest {
  private static Map<String, Credential> users(String list, RouterSpec.User... users) {
    RouterSpec spec =
        new RouterSpec(
            0,
            "127.0.0.1",
            RouterSpec.PoolSize.AUTO,
            Duration.ofSeconds(1),
            Duration.ZERO,
            Duration.ofSeconds(1),
            RouterSpec.PoolMode.TRANSACTION,
            false,
            false,
            RouterSpec.Auth.SCRAM_SHA_256,
            Optional.empty(),
            List.of(),
            List.of(users),
            Optional.of(new Value.Literal(list)),
            Optional.empty(),
            RouterSpec.SlowStatements.DEFAULT);
    return new RouterClients(new Secrets(Map.of("P", "from env"), Path.of("none"))).users(spec);
  }

  @Test
  void readsPgBouncersList() {
    String hash = "md5" + "0123456789abcdef".repeat(2);
    assertThat(
            users(
                """
                ; a comment
                "plain" "it ""is"" a password"

                "hashed" "%s" anything else
                  "both" "of the list"
                """
                    .formatted(hash),
                new RouterSpec.User("both", new Value.Env("P"))))
        .isEqualTo(
            Map.of(
                "plain",
                new Credential.Password("it \"is\" a password"),
                "hashed",
                new Credential.Md5(hash),
                "both",
                new Credential.Password("from env")));
  }

  @Test
  void saysWhichLineIsWrongAndNotWhatIsInIt() {
    assertThatThrownBy(() -> users("\"a\" \"b\"\nname=secret\n"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("spec.router.userList, line 2")
        .hasMessageNotContaining("secret=")
        .hasMessageNotContaining("name=secret");
    assertThatThrownBy(() -> users("\"a\" \"SCRAM-SHA-256$broken\""))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining("expected: SCRAM-SHA-256$iterations");
  }
}
