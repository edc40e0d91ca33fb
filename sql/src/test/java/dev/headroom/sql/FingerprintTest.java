package dev.headroom.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          SELECT * FROM t WHERE a = 1 AND b = 'x'    | select * from t where a = ? and b = ?
          select * from t where a=-1                 | select * from t where a = ?
          SELECT a-1 FROM t                          | select a - ? from t
          SELECT * FROM t WHERE id IN (1, 2, 3)      | select * from t where id in (...)
          SELECT * FROM t WHERE id IN ($1,$2)        | select * from t where id in (...)
          SELECT * FROM t WHERE id IN (SELECT 1)     | select * from t where id in (select ?)
          INSERT INTO t VALUES (1,'a'),(2,'b')       | insert into t values (?, ?)
          INSERT INTO t VALUES ($1,$2),($3,$4)       | insert into t values ($1, $2)
          SELECT count ( * ) FROM "T"                | select count(*) from "T"
          SELECT /* c */ 1 -- d                      | select ?
          SELECT E'a\\'b', $q$ x $q$, U&'d', 1e5, 0xff | select ?, ?, ?, ?, ?
          SELECT x::int FROM a.b ;                   | select x::int from a.b
          """)
  void normalizes(String sql, String expected) {
    assertThat(Fingerprint.of(sql).text()).isEqualTo(expected);
  }

  @Test
  void onlyWhatIsNormalizedDiffers() {
    assertThat(Fingerprint.of("SELECT 1").hash()).isEqualTo(Fingerprint.of("select  2 ").hash());
    assertThat(Fingerprint.of("SELECT a").hash()).isNotEqualTo(Fingerprint.of("SELECT b").hash());
    assertThat(Fingerprint.of("SELECT 1").id()).hasSize(16);
  }

  /** The router sees what a driver sends; the spans of a driver have what the application wrote. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT a FROM t WHERE b = $1          | SELECT a FROM t WHERE b=?
          SELECT a FROM t WHERE b = $1          | SELECT a FROM t WHERE b = 5
          SELECT a FROM t WHERE b > $1 AND c<$2 | SELECT a FROM t WHERE b>? AND c < ?
          SELECT a FROM t WHERE b IN ($1, $2)   | SELECT a FROM t WHERE b IN (?, ?, ?)
          INSERT INTO t VALUES ($1, $2)         | INSERT INTO t VALUES (?, ?), (?, ?)
          """)
  void aParameterIsTheSameInEachWriting(String sent, String written) {
    assertThat(Fingerprint.of(sent).id()).isEqualTo(Fingerprint.of(written).id());
  }

  @Test
  void namesWithADollarAreNoParameters() {
    assertThat(Fingerprint.of("SELECT a$1").id()).isNotEqualTo(Fingerprint.of("SELECT a$2").id());
    assertThat(Fingerprint.of("SELECT a @? '$.b'").text()).isEqualTo("select a @? ?");
  }

  @Test
  void sqlcommenterIsFound() {
    String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assertThat(SqlTokens.of("SELECT 1 /*route='/x',traceparent='" + parent + "'*/").traceparent())
        .contains(parent);
    assertThat(SqlTokens.of("SELECT 'traceparent=''" + parent + "'''").traceparent()).isEmpty();
  }
}
