package dev.headroom.advisor.statement;

import dev.headroom.sql.SqlTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A FROM of plain relations, joined by commas or by JOIN … ON. */
public record FromClause(List<Item> items) {
  private static final Set<String> JOIN_WORDS =
      Set.of("join", "left", "right", "full", "inner", "cross", "outer", "natural");

  public FromClause {
    items = List.copyOf(items);
  }

  /**
   * One relation.
   *
   * @param join what joins it to those before, for example {@code LEFT JOIN}; {@code ,} or empty
   * @param relation as written
   * @param alias what the rest of the statement calls it, as the catalog would fold it
   * @param on the conditions of the join
   */
  public record Item(String join, String relation, String alias, List<String> on) {
    public Item {
      on = List.copyOf(on);
    }

    public boolean isLeft() {
      return join.startsWith("LEFT");
    }

    public boolean isInner() {
      return join.isEmpty() || join.equals(",") || join.equals("JOIN") || join.equals("INNER JOIN");
    }

    String declared() {
      return relation.equals(alias) ? relation : relation + " " + alias;
    }
  }

  /** Empty when there is anything but plain relations. */
  public static Optional<FromClause> parse(String from) {
    SqlTokens tokens = SqlTokens.of(from);
    List<Item> items = new ArrayList<>();
    int i = 0;
    String join = "";
    while (i < tokens.size()) {
      int start = i;
      if (!tokens.isName(i) || JOIN_WORDS.contains(tokens.name(i))) {
        return Optional.empty();
      }
      i++;
      while (tokens.isPunctuation(i, '.') && tokens.isName(i + 1)) {
        i += 2;
      }
      String relation = Snippets.text(tokens, start, i);
      String alias = tokens.name(i - 1);
      if (tokens.isWord(i, "as")) {
        i++;
      }
      if (tokens.isName(i) && !isGrammar(tokens, i)) {
        alias = tokens.name(i);
        i++;
      }
      List<String> on = List.of();
      if (tokens.isWord(i, "on")) {
        int end = nextItem(tokens, i + 1);
        on = Snippets.conjuncts(Snippets.text(tokens, i + 1, end));
        i = end;
      } else if (!join.isEmpty() && !join.equals(",") && !join.equals("CROSS JOIN")) {
        return Optional.empty();
      }
      items.add(new Item(join, relation, alias, on));
      if (i >= tokens.size()) {
        break;
      }
      if (tokens.isPunctuation(i, ',')) {
        join = ",";
        i++;
        continue;
      }
      StringBuilder words = new StringBuilder();
      while (i < tokens.size() && tokens.isName(i) && JOIN_WORDS.contains(tokens.name(i))) {
        if (!tokens.isWord(i, "outer")) {
          words.append(words.isEmpty() ? "" : " ").append(tokens.text(i));
        }
        i++;
      }
      join = words.toString().toUpperCase(java.util.Locale.ROOT);
      if (!join.endsWith("JOIN")) {
        return Optional.empty();
      }
    }
    return items.isEmpty() ? Optional.empty() : Optional.of(new FromClause(items));
  }

  private static boolean isGrammar(SqlTokens tokens, int i) {
    return JOIN_WORDS.contains(tokens.name(i))
        || tokens.isWord(i, "on")
        || tokens.isWord(i, "using");
  }

  private static int nextItem(SqlTokens tokens, int from) {
    int depth = 0;
    for (int i = from; i < tokens.size(); i++) {
      depth += Snippets.depthChange(tokens, i);
      boolean joins =
          tokens.isName(i)
              && JOIN_WORDS.contains(tokens.name(i))
              && !tokens.isPunctuation(i + 1, '(');
      if (depth == 0 && (tokens.isPunctuation(i, ',') || joins)) {
        return i;
      }
    }
    return tokens.size();
  }

  public Optional<Item> byAlias(String alias) {
    return items.stream().filter(item -> item.alias().equals(alias)).findFirst();
  }

  /** The same without {@code item}. */
  public FromClause without(Item item) {
    return new FromClause(items.stream().filter(other -> !other.equals(item)).toList());
  }

  public String toSql() {
    StringBuilder sql = new StringBuilder();
    for (Item item : items) {
      if (sql.isEmpty()) {
        sql.append(item.declared());
      } else if (item.join().equals(",") || item.join().isEmpty()) {
        sql.append(", ").append(item.declared());
      } else {
        sql.append(' ').append(item.join()).append(' ').append(item.declared());
      }
      if (!item.on().isEmpty()) {
        sql.append(" ON ").append(String.join(" AND ", item.on()));
      }
    }
    return sql.toString();
  }
}
