package dev.headroom.sql;

import java.util.Set;

/** Words with a meaning of their own in PostgreSQL's grammar. */
final class Words {
  private Words() {}

  /** May stand before a parenthesis without calling anything. */
  static final Set<String> BEFORE_PARENTHESIS =
      Set.of(
          "all", "and", "any", "array", "as", "between", "by", "case", "cast", "check", "coalesce",
          "cross", "cube", "distinct", "else", "end", "except", "exists", "extract", "fetch",
          "filter", "first", "for", "from", "full", "greatest", "group", "grouping", "having",
          "ilike", "in", "inner", "intersect", "into", "is", "join", "lateral", "least", "left",
          "like", "limit", "materialized", "natural", "next", "not", "nullif", "offset", "on",
          "only", "or", "order", "outer", "over", "overlay", "position", "returning", "right",
          "rollup", "row", "rows", "select", "sets", "similar", "some", "substring", "table",
          "then", "to", "treat", "trim", "union", "using", "values", "when", "where", "window",
          "with", "within", "leading", "trailing", "both", "symmetric", "asymmetric",
          "escape", "unknown", "ordinality", "recursive");

  /** Words that a parenthesis may follow and that name no function unless quoted. */
  static final Set<String> NEVER_CALLED =
      Set.of(
          "all", "and", "any", "array", "as", "between", "case", "cast", "coalesce", "cross",
          "distinct", "else", "end", "except", "exists", "extract", "fetch", "from", "full",
          "greatest", "group", "grouping", "having", "in", "inner", "intersect", "into", "is",
          "join", "lateral", "least", "limit", "natural", "not", "nullif", "offset", "on", "only",
          "or", "order", "outer", "overlay", "position", "returning", "row", "select", "similar",
          "some", "substring", "symmetric", "asymmetric", "table", "then", "to", "treat", "trim",
          "union", "using", "values", "when", "where", "window", "with", "leading", "trailing",
          "both");

  /** Functions of the grammar whose arguments hold a FROM that names no relation. */
  static final Set<String> FROM_INSIDE =
      Set.of("extract", "substring", "trim", "overlay", "position");

  /** Types that are written with a length. */
  static final Set<String> TYPES_WITH_LENGTH =
      Set.of(
          "bit", "char", "character", "dec", "decimal", "float", "interval", "nchar", "numeric",
          "time", "timestamp", "varchar", "varying", "timestamptz", "timetz", "varbit", "bpchar");

  /** End the list of relations that FROM began, at the same depth. */
  static final Set<String> ENDS_FROM =
      Set.of(
          "where", "group", "having", "order", "limit", "offset", "fetch", "window", "union",
          "intersect", "except", "for", "select", "returning");

  /** Never an alias or a function: what follows them starts an expression or a clause. */
  static final Set<String> RESERVED =
      Set.of(
          "all", "and", "any", "array", "as", "asc", "between", "both", "by", "case", "cast",
          "collate", "cross", "cube", "current_date", "current_role", "current_time",
          "current_timestamp", "current_user", "desc", "distinct", "else", "end", "except",
          "exists", "false", "fetch", "filter", "first", "for", "from", "full", "group",
          "grouping", "having", "ilike", "in", "inner", "intersect", "into", "is", "isnull",
          "join", "last", "lateral", "leading", "left", "like", "limit", "localtime",
          "localtimestamp", "materialized", "natural", "not", "notnull", "null", "nulls",
          "offset", "on", "only", "or", "order", "outer", "over", "overlaps", "partition",
          "returning", "right", "rollup", "row", "rows", "select", "session_user", "sets",
          "similar", "some", "symmetric", "table", "tablesample", "then", "to", "trailing",
          "true", "union", "unique", "user", "using", "values", "when", "where", "window", "with",
          "within", "at", "zone", "time", "escape", "range", "groups", "preceding", "following",
          "recursive");
}
