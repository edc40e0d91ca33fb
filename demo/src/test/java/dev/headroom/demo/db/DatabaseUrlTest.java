package dev.headroom.demo.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.settings.WrongUse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseUrlTest {
  @ParameterizedTest
  @CsvSource({
    "postgres://u:p@h:6432/app, jdbc:postgresql://h:6432/app?user=u&password=p",
    "postgresql://u@h/app, jdbc:postgresql://h/app?user=u",
    "postgres://h/app?sslmode=disable, jdbc:postgresql://h/app?sslmode=disable",
    "postgres://u:p%26q@h/app?x=y, jdbc:postgresql://h/app?user=u&password=p%26q&x=y"
  })
  void translates(String url, String jdbc) {
    assertThat(DatabaseUrl.of(new Settings(Map.of("DATABASE_URL", url)))).isEqualTo(jdbc);
  }

  @Test
  void theDriversOwnFormWins() {
    assertThat(
            DatabaseUrl.of(
                new Settings(
                    Map.of("DATABASE_URL", "postgres://h/a", "JDBC_DATABASE_URL", "jdbc:x"))))
        .isEqualTo("jdbc:x");
  }

  @Test
  void refusesOthersWithoutRepeatingPasswords() {
    assertThatThrownBy(() -> DatabaseUrl.of(new Settings(Map.of())))
        .isInstanceOf(WrongUse.class)
        .hasMessageStartingWith("DATABASE_URL is not set");
    assertThatThrownBy(
            () -> DatabaseUrl.of(new Settings(Map.of("DATABASE_URL", "postgres:secret"))))
        .isInstanceOf(WrongUse.class)
        .hasMessageNotContaining("secret");
    assertThatThrownBy(
            () -> DatabaseUrl.of(new Settings(Map.of("DATABASE_URL", "postgres://a b:secret@"))))
        .isInstanceOf(WrongUse.class)
        .hasMessageNotContaining("secret");
  }
}
