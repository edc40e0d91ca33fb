package dev.headroom.advisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdviceTest {

  private static Advice advice(String subject, double benefit) {
    return Advice.propose(
        AdviceKind.MISSING_INDEX,
        subject,
        "title",
        "why",
        benefit,
        Evidence.of(List.of()),
        new AdviceAction.Sql(List.of("SELECT 1"), List.of()));
  }

  @Test
  void theIdIsTheSubjects() {
    assertThat(advice("a", 1).id())
        .isEqualTo(advice("a", 2).id())
        .isNotEqualTo(advice("b", 1).id())
        .matches("missing-index-[0-9a-f]{8}");
  }

  @Test
  void aTargetNeverShowsItsPassword() {
    DatabaseTarget target =
        DatabaseTarget.of("--url", "postgres://app:s%3Acret@db.example/app?sslmode=require");
    assertThat(target.password()).isEqualTo("s:cret");
    assertThat(target.port()).isEqualTo(5432);
    assertThat(target.parameters()).containsEntry("sslmode", "require");
    assertThat(target.toString()).isEqualTo("app at db.example:5432");
    assertThatThrownBy(() -> DatabaseTarget.of("--url", "postgres://app:secret@/"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("--url: (redacted)")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aListOfValuesReplacesOneQueryPerValue() {
    assertThat(LiveProposals.forAll("SELECT name FROM users WHERE id = $1"))
        .isEqualTo("SELECT id, name FROM users WHERE id = ANY ($1)");
    assertThat(LiveProposals.forAll("SELECT count(*) AS n FROM c WHERE x = $1 AND y = 2"))
        .isEqualTo("SELECT x, count(*) AS n FROM c WHERE x = ANY ($1) AND y = 2 GROUP BY x");
  }
}
