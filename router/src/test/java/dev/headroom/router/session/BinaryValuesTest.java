package dev.headroom.router.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes as PostgreSQL's send functions write them. */
class BinaryValuesTest {

  @ParameterizedTest
  @CsvSource({
    "16, 01, t",
    "21, fffe, -2",
    "23, 0000002a, 42",
    "26, ffffffff, 4294967295",
    "20, 00000001a13b8600, 7000000000",
    "701, 3ff8000000000000, 1.5",
    "25, c3a4, ä",
    "17, 00ff, \\x00ff",
    "2950, 00112233445566778899aabbccddeeff, 00112233-4455-6677-8899-aabbccddeeff",
    "1082, 00002279, 2024-02-29",
    "1082, 7fffffff, infinity",
    "1114, 0000000000000001, 2000-01-01 00:00:00.000001",
    "1114, ffffffffffffffff, 1999-12-31 23:59:59.999999",
    "1184, 0000000000000000, 2000-01-01 00:00:00.000000+00",
  })
  void text(int type, String hex, String text) {
    assertThat(BinaryValues.text(type, HexFormat.of().parseHex(hex))).contains(text);
  }

  @ParameterizedTest
  @CsvSource({"23, 00", "1700, 0001", "0, 00000001", "2950, 00"})
  void notKnown(int type, String hex) {
    assertThat(BinaryValues.text(type, HexFormat.of().parseHex(hex))).isEmpty();
  }
}
