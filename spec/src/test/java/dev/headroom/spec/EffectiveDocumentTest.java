package dev.headroom.spec;

import static dev.headroom.spec.TestDocuments.load;
import static dev.headroom.spec.TestDocuments.parse;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveDocumentTest {

  @ParameterizedTest
  @ValueSource(strings = {"minimal.yaml", "full.yaml", "full.yaml,production.yaml"})
  void whatIsPrintedReadsBackToTheSame(String files) {
    ScaledApp app = load(files.split(","));
    String printed = EffectiveDocument.printWithLiterals(app);
    assertThat(parse(printed)).isEqualTo(app);
    assertThat(EffectiveDocument.printWithLiterals(parse(printed))).isEqualTo(printed);
  }

  @Test
  void everyDefaultIsThereInTheOrderOfTheRecords() {
    assertThat(EffectiveDocument.print(load("minimal.yaml")))
        .isEqualTo(TestDocuments.resource("minimal.effective.yaml"));
  }

  @Test
  void literalsAreNeverShown() {
    ScaledApp app = load("full.yaml");
    assertThat(EffectiveDocument.print(app))
        .contains("SMTP_HOST: (redacted)")
        .contains("secret: smtp/password")
        .doesNotContain("mail.acme.example");
    assertThat(app.toString()).doesNotContain("mail.acme.example");
    assertThat(EffectiveDocument.toMap(app).toString()).doesNotContain("mail.acme.example");
  }
}
