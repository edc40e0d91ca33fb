package dev.headroom.router.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DateStyleTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = '|',
      textBlock =
          """
          SET datestyle TO 'ISO, MDY' | 'DMY'         | 'iso, dmy'
          SET datestyle TO dmy        | SQL           | 'sql, dmy'
          SET datestyle TO 'ISO, DMY' | German        | 'german'
          SELECT pg_catalog.set_config('DateStyle', 'ISO', false) | European | 'iso, european'
          SET datestyle TO 'ISO'      | 'nonsense'    | 'nonsense'
          """)
  void whatIsLeftOutStays(String before, String value, String after) {
    assertThat(DateStyle.after(before, value)).isEqualTo(after);
  }
}
