package dev.headroom.advisor.index;

import dev.headroom.advisor.plan.Plan;
import dev.headroom.advisor.plan.PlanNode;
import dev.headroom.advisor.statement.Snippets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a plan asks for the rows of one relation, read off its conditions: EXPLAIN VERBOSE writes
 * every column with its alias, whatever views, subqueries and search path the statement went
 * through.
 */
final class Access {
  private static final String NAME = "(?:\\w+|\"[^\"]+\")";
  /* alias.column op …; a column inside a call is preceded by its name and parenthesis. */
  private static final Pattern COMPARISON =
      Pattern.compile(
          "(?<![\\w.\"])(?<!\\w\\()("
              + NAME
              + ")\\.("
              + NAME
              + ")\\)?(?:::(?:text|character varying))?\\)? (=|<>|<=|>=|<|>) ");
  private static final Pattern MIRRORED =
      Pattern.compile(" (=|<|>|<=|>=) (" + NAME + ")\\.(" + NAME + ")(?=\\)|$| )");
  private static final Pattern NULLNESS =
      Pattern.compile("\\((" + NAME + ")\\.(" + NAME + ") IS (NOT )?NULL\\)");
  private static final Pattern CONSTANT =
      Pattern.compile(
          "\\(("
              + NAME
              + ")\\.("
              + NAME
              + ") (=|<>) ('(?:[^']|'')*'::(?:text|character varying|boolean)|true|false)\\)");
  private static final Pattern FLAG =
      Pattern.compile("(?<![\\w.])\\(?(NOT )?(" + NAME + ")\\.(" + NAME + ")\\)?(?= AND|$|\\))");
  private static final Pattern PATTERN_MATCH =
      Pattern.compile("\\((\\(.*\\)|" + NAME + "\\." + NAME + ") ~~\\*? '%");
  private static final Pattern CALLED =
      Pattern.compile("\\((\\w+)\\(\\(?(" + NAME + ")\\.(" + NAME + ")\\)?(::\\w+)?\\) = ");
  private static final Pattern SORTED =
      Pattern.compile("(" + NAME + ")\\.(" + NAME + ")(?: DESC| ASC)?(?: NULLS (?:FIRST|LAST))?");

  final String relation;
  final String alias;
  final Set<String> equal = new LinkedHashSet<>();
  final Set<String> range = new LinkedHashSet<>();
  final List<String> sorted = new ArrayList<>();

  /** Conditions without a value of the call's, as a partial index would have them. */
  final Set<String> constant = new LinkedHashSet<>();

  /** Expressions that are compared or matched, with the operator's kind. */
  final Map<String, String> expressions = new LinkedHashMap<>();

  private Access(String relation, String alias) {
    this.relation = relation;
    this.alias = alias;
  }

  /** One for each relation that the plan scans. */
  static List<Access> of(Plan plan) {
    Map<String, Access> byAlias = new LinkedHashMap<>();
    plan.root()
        .walk(
            node -> {
              if (!node.relation().isEmpty() && !node.alias().isEmpty()) {
                byAlias.putIfAbsent(node.alias(), new Access(node.relation(), node.alias()));
              }
            });
    plan.root().walk(node -> read(node, byAlias));
    return List.copyOf(byAlias.values());
  }

  /**
   * Notes the order that the statement asks for: a plan that has it from an index already shows no
   * sort.
   */
  static void ordered(List<Access> all, String orderBy) {
    for (String key : Snippets.atCommas(orderBy)) {
      String name = key.trim().split("\\s+")[0];
      int dot = name.indexOf('.');
      String alias = dot < 0 ? "" : name.substring(0, dot);
      for (Access access : all) {
        boolean its = dot < 0 ? all.size() == 1 : access.alias.equals(alias);
        String column = name.substring(dot + 1);
        if (its && column.matches("[a-z_]\\w*") && !access.sorted.contains(column)) {
          access.sorted.add(column);
        }
      }
    }
  }

  private static void read(PlanNode node, Map<String, Access> byAlias) {
    for (String condition : node.conditions()) {
      comparisons(condition, byAlias);
      constants(condition, byAlias);
      expressions(node, condition, byAlias);
    }
    sorts(node.sortKeys(), byAlias);
    if (!node.groupKeys().isEmpty()) {
      sorts(node.groupKeys(), byAlias);
    }
  }

  private static void comparisons(String condition, Map<String, Access> byAlias) {
    Matcher m = COMPARISON.matcher(condition);
    while (m.find()) {
      note(byAlias.get(m.group(1)), m.group(2), m.group(3));
    }
    m = MIRRORED.matcher(condition);
    while (m.find()) {
      note(byAlias.get(m.group(2)), m.group(3), m.group(1));
    }
  }

  private static void note(
      @org.jspecify.annotations.Nullable Access access, String column, String operator) {
    if (access == null) {
      return;
    }
    switch (operator) {
      case "=" -> access.equal.add(column);
      case "<>" -> {}
      default -> access.range.add(column);
    }
  }

  private static void constants(String condition, Map<String, Access> byAlias) {
    Matcher m = NULLNESS.matcher(condition);
    while (m.find()) {
      Access access = byAlias.get(m.group(1));
      if (access != null) {
        access.constant.add(m.group(2) + " IS " + (m.group(3) == null ? "" : "NOT ") + "NULL");
      }
    }
    m = CONSTANT.matcher(condition);
    while (m.find()) {
      Access access = byAlias.get(m.group(1));
      if (access != null) {
        access.constant.add(
            m.group(2)
                + " "
                + m.group(3)
                + " "
                + m.group(4).replaceAll("::(text|character varying|boolean)$", ""));
      }
    }
    m = FLAG.matcher(condition);
    while (m.find()) {
      Access access = byAlias.get(m.group(2));
      if (access != null) {
        access.constant.add((m.group(1) == null ? "" : "NOT ") + m.group(3));
      }
    }
  }

  private static void expressions(PlanNode node, String condition, Map<String, Access> byAlias) {
    Access access = byAlias.get(node.alias());
    if (access == null) {
      return;
    }
    String prefix = node.alias() + ".";
    Matcher m = PATTERN_MATCH.matcher(condition);
    if (m.find()) {
      String expression = innermost(condition);
      if (!expression.isEmpty()) {
        access.expressions.put(expression.replace(prefix, ""), "trigram");
      }
    }
    m = CALLED.matcher(condition);
    while (m.find()) {
      if (m.group(2).equals(node.alias())) {
        String cast = m.group(4) == null ? "" : m.group(4);
        access.expressions.put(m.group(1) + "(" + m.group(3) + cast + ")", "equal");
      }
    }
  }

  /* What stands left of the first ~~: back to the parenthesis that opens the comparison. */
  private static String innermost(String condition) {
    int operator = condition.indexOf(" ~~");
    int depth = 0;
    for (int i = operator - 1; i >= 0; i--) {
      char c = condition.charAt(i);
      if (c == ')') {
        depth++;
      } else if (c == '(' && --depth < 0) {
        return condition.substring(i + 1, operator);
      }
    }
    return "";
  }

  /* A sort serves only as a whole: keys of another relation end what an index can give. */
  private static void sorts(List<String> keys, Map<String, Access> byAlias) {
    for (String key : keys) {
      Matcher m = SORTED.matcher(key);
      if (!m.matches()) {
        return;
      }
      Access access = byAlias.get(m.group(1));
      if (access == null) {
        return;
      }
      if (!access.sorted.contains(m.group(2))) {
        access.sorted.add(m.group(2));
      }
    }
  }
}
