package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pages by OFFSET read all pages before them again; by key they start where the last one ended. It
 * changes what the client sends: the keys of the last row instead of a number.
 */
final class OffsetRule implements RewriteRule {

  @Override
  public String name() {
    return "OFFSET → keyset pages";
  }

  @Override
  public Optional<Rewritten> apply(Select select, Columns columns) {
    Optional<FromClause> from = FromClause.parse(select.from());
    boolean form =
        from.isPresent()
            && !select.offset().isEmpty()
            && !select.orderBy().isEmpty()
            && !select.limit().isEmpty()
            && !select.distinct()
            && select.groupBy().isEmpty()
            && select.having().isEmpty();
    if (!form) {
      return Optional.empty();
    }
    List<String> keys = new ArrayList<>();
    boolean descending = false;
    for (String key : Snippets.atCommas(select.orderBy())) {
      String[] words = key.trim().split("\\s+");
      boolean down = words.length == 2 && words[1].equalsIgnoreCase("desc");
      boolean plain = words.length == 1 || down || words[words.length - 1].equalsIgnoreCase("asc");
      if (!plain || words.length > 2 || (!keys.isEmpty() && down != descending)) {
        return Optional.empty();
      }
      descending = down;
      keys.add(words[0]);
    }
    if (!isTotal(from.get(), keys, columns)) {
      return Optional.empty();
    }
    List<String> marks = keys.stream().map(key -> ":last_" + bare(key)).toList();
    String operator = descending ? " < " : " > ";
    String after =
        keys.size() == 1
            ? keys.getFirst() + operator + marks.getFirst()
            : "(" + String.join(", ", keys) + ")" + operator + "(" + String.join(", ", marks) + ")";
    List<String> where = new ArrayList<>(select.where());
    where.add(after);
    return Optional.of(
        new Rewritten(
            select.withoutOffset().withWhere(where).toSql(),
            select.toSql(),
            "",
            "Every page reads and throws away all pages before it.",
            List.of(
                "The order is total: it ends with a key, and none of its columns is null.",
                "The client keeps the last row's "
                    + String.join(" and ", keys.stream().map(OffsetRule::bare).toList())
                    + " instead of a page number; pages cannot be jumped to.")));
  }

  private static boolean isTotal(FromClause from, List<String> keys, Columns columns) {
    if (from.items().size() != 1
        || keys.stream().anyMatch(key -> !columns.isNeverNull(from, key))) {
      return false;
    }
    return columns.holdKey(
        from.items().getFirst().relation(), keys.stream().map(OffsetRule::bare).toList());
  }

  static String bare(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }
}
