package dev.headroom.advisor.statement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SelectTest {

  @Test
  void readsTheClauses() {
    Select select =
        Select.parse(
                "SELECT DISTINCT a.id, count(*) FILTER (WHERE x) AS n FROM a JOIN b ON b.a = a.id"
                    + " WHERE a.x BETWEEN 1 AND 2 AND (b.y = $1 OR b.z = 'from') GROUP BY a.id"
                    + " HAVING count(*) > 1 ORDER BY a.id DESC LIMIT $2 OFFSET 3 FOR UPDATE SKIP"
                    + " LOCKED;")
            .orElseThrow();

    assertThat(select.distinct()).isTrue();
    assertThat(select.items()).containsExactly("a.id", "count(*) FILTER (WHERE x) AS n");
    assertThat(select.from()).isEqualTo("a JOIN b ON b.a = a.id");
    assertThat(select.where()).containsExactly("a.x BETWEEN 1 AND 2", "(b.y = $1 OR b.z = 'from')");
    assertThat(select.groupBy()).isEqualTo("a.id");
    assertThat(select.having()).isEqualTo("count(*) > 1");
    assertThat(select.orderBy()).isEqualTo("a.id DESC");
    assertThat(select.limit()).isEqualTo("$2");
    assertThat(select.offset()).isEqualTo("3");
    assertThat(select.locking()).isEqualTo("FOR UPDATE SKIP LOCKED");
    assertThat(Select.parse(select.toSql())).contains(select);
  }

  @Test
  void knowsWhatItDoesNotKnow() {
    for (String sql :
        List.of(
            "",
            "WITH a AS (SELECT 1) SELECT * FROM a",
            "SELECT 1 UNION SELECT 2",
            "SELECT DISTINCT ON (a) a FROM b",
            "SELECT a INTO b FROM c",
            "DELETE FROM a")) {
      assertThat(Select.parse(sql)).as(sql).isEmpty();
    }
  }

  @Test
  void anAlternativeIsOneCondition() {
    assertThat(Snippets.conjuncts("a = 1 AND b = 2 OR c = 3"))
        .containsExactly("(a = 1 AND b = 2 OR c = 3)");
    assertThat(Snippets.conjuncts("CASE WHEN a AND b THEN c END AND d"))
        .containsExactly("CASE WHEN a AND b THEN c END", "d");
  }

  @Test
  void readsJoinsOfPlainRelations() {
    FromClause from =
        FromClause.parse("issues i LEFT OUTER JOIN s.watchers AS w ON w.issue = i.id AND w.x, y")
            .orElseThrow();
    assertThat(from.items()).extracting(FromClause.Item::alias).containsExactly("i", "w", "y");
    assertThat(from.items().get(1).on()).containsExactly("w.issue = i.id", "w.x");
    assertThat(from.toSql())
        .isEqualTo("issues i LEFT JOIN s.watchers w ON w.issue = i.id AND w.x, y");
    assertThat(FromClause.parse("(SELECT 1) a")).isEmpty();
    assertThat(FromClause.parse("a JOIN b USING (id)")).isEmpty();
  }

  @Test
  void repairsTypedConstants() {
    assertThat(Repair.of("SELECT 1 WHERE a > now() - interval $1"))
        .isEqualTo("SELECT 1 WHERE a > now() - $1::interval");
  }

  @Test
  void anExampleIsFoundByItsShape() {
    Examples examples = new Examples();
    Examples.Example sent =
        new Examples.Example(
            "SELECT extract(epoch FROM a) FROM t WHERE s <> 'closed' AND id = $1",
            List.of("bigint"),
            List.of(List.of(Optional.of("5"))));
    examples.add(sent);

    assertThat(examples.of(1, "SELECT extract($2 FROM a) FROM t WHERE s <> $3 AND id = $1"))
        .contains(sent);
    assertThat(examples.of(1, "SELECT extract($2 FROM a) FROM u WHERE s <> $3 AND id = $1"))
        .isEmpty();
  }

  @Test
  void survivesAnyText() {
    SplittableRandom random = new SplittableRandom(1);
    String[] pieces = {
      "select",
      " ",
      "(",
      ")",
      ",",
      "from",
      "where",
      "and",
      "or",
      "'",
      "$1",
      "case",
      "end",
      "\"",
      "a.b",
      "group by",
      "limit",
      "/*",
      "*/",
      ";",
      "between",
      "not in",
      "join",
      "on",
      "::"
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder sql = new StringBuilder("select ");
      for (int k = random.nextInt(14); k >= 0; k--) {
        sql.append(pieces[random.nextInt(pieces.length)]).append(' ');
      }
      Select.parse(sql.toString()).ifPresent(select -> FromClause.parse(select.from()));
      Repair.of(sql.toString());
    }
  }
}
