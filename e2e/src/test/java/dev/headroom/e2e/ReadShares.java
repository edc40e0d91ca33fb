package dev.headroom.e2e;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * How many reads each server answered, by PostgreSQL's own books.
 *
 * <p>Transactions and rows of {@code pg_stat_database} count whoever looks: the router asks every
 * server for its position many times a second, the replication monitor and this test as well, and a
 * write reads what it changes. So the shares are taken over {@code pg_stat_statements}: calls of
 * the application's user that read one of its tables and neither lock nor change. The rows of
 * {@code pg_stat_database} stand beside them as proof that the replicas did read.
 */
record ReadShares(Map<String, Long> reads, Map<String, Long> rows) {
  private static final String READS =
      """
      SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s
        JOIN pg_roles r ON r.oid = s.userid
       WHERE r.rolname = 'app' AND query ~* '^\\s*(select|with)\\M' AND query ~* '\\mfrom\\M'
         AND query !~* '\\mfor\\s+(update|share|no key update)\\M'
         AND query !~* '\\m(insert|update|delete)\\M' AND query !~* '\\mpg_'
      """;
  private static final String ROWS =
      "SELECT tup_returned + tup_fetched FROM pg_stat_database WHERE datname = 'app'";

  static ReadShares of(Postgres postgres) throws SQLException {
    Map<String, Long> reads = new LinkedHashMap<>();
    Map<String, Long> rows = new LinkedHashMap<>();
    for (Postgres.Member member : postgres.members()) {
      reads.put(member.child(), member.number(READS));
      rows.put(member.child(), member.number(ROWS));
    }
    return new ReadShares(reads, rows);
  }

  ReadShares since(ReadShares earlier) {
    return new ReadShares(minus(reads, earlier.reads), minus(rows, earlier.rows));
  }

  private static Map<String, Long> minus(Map<String, Long> now, Map<String, Long> earlier) {
    Map<String, Long> difference = new LinkedHashMap<>();
    now.forEach((name, value) -> difference.put(name, value - earlier.getOrDefault(name, 0L)));
    return difference;
  }

  long total() {
    return reads.values().stream().mapToLong(each -> each).sum();
  }

  /** The part of all reads that one server answered. */
  double share(String member) {
    return (double) reads.getOrDefault(member, 0L) / total();
  }

  Set<String> members() {
    return reads.keySet();
  }
}
