package dev.headroom.router.cluster;

import dev.headroom.pgwire.PgConnection;
import dev.headroom.sql.StatementShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the catalogs and follows views, policies and SQL functions to what they are made of.
 *
 * <p>A view is as harmless as its query, a table with row security as its policies, a function of
 * the user's as the words of its body; whatever cannot be followed is not harmless.
 */
final class CatalogReader {
  static final String BUILTINS =
      "SELECT proname, bool_or(provolatile = 'v') FROM pg_proc"
          + " WHERE pronamespace = 'pg_catalog'::regnamespace GROUP BY 1";

  private static final String FUNCTIONS =
      "SELECT p.proname, p.provolatile, l.lanname,"
          + " coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), n.nspname"
          + " FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
          + " JOIN pg_namespace n ON n.oid = p.pronamespace"
          + " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " AND n.nspname NOT LIKE 'pg\\_temp%'";
  private static final String RELATIONS =
      "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence,"
          + " CASE WHEN c.relkind = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " THEN pg_get_viewdef(c.oid) END,"
          + " CASE WHEN c.relrowsecurity THEN coalesce((SELECT string_agg("
          + "coalesce(pg_get_expr(polqual, polrelid), 'true'), ' and ') FROM pg_policy"
          + " WHERE polrelid = c.oid), 'true') END"
          + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND c.relpersistence <> 't'";
  private static final String INHERITANCE = "SELECT inhparent, inhrelid FROM pg_inherits";
  /* Operators and casts run functions that no name in a statement tells of. */
  private static final String OPERATORS =
      "SELECT DISTINCT p.proname FROM pg_proc p WHERE p.provolatile = 'v'"
          + " AND p.pronamespace <> 'pg_catalog'::regnamespace"
          + " AND (EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid)"
          + " OR EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid))";

  private record Function(String volatility, String language, String source) {}

  private record Relation(
      String oid,
      String schema,
      String name,
      String kind,
      String persistence,
      Optional<String> view,
      Optional<String> policy) {}

  private final Map<String, String> builtins = new HashMap<>();
  private final Map<String, List<Function>> functions = new HashMap<>();
  private final Map<String, Relation> relationsByOid = new HashMap<>();
  private final Map<String, List<Relation>> relationsByName = new HashMap<>();
  private final Map<String, List<String>> children = new HashMap<>();
  private final Map<String, String> functionVerdicts = new HashMap<>();
  private final Map<String, String> relationVerdicts = new HashMap<>();

  private CatalogReader() {}

  static Catalog read(PgConnection connection, List<List<Optional<String>>> builtins)
      throws IOException {
    CatalogReader reader = new CatalogReader();
    return reader.assemble(
        builtins,
        connection.query(functionsFor(connection)),
        connection.query(RELATIONS),
        connection.query(INHERITANCE),
        connection.query(OPERATORS));
  }

  /* pg_get_function_sqlbody came with PostgreSQL 14. */
  private static String functionsFor(PgConnection connection) {
    String version = connection.parameters().getOrDefault("server_version", "0");
    int end = 0;
    while (end < version.length() && Character.isDigit(version.charAt(end))) {
      end++;
    }
    int major = end == 0 ? 0 : Integer.parseInt(version.substring(0, end));
    return major >= 14
        ? FUNCTIONS
        : FUNCTIONS.replace("coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)", "p.prosrc");
  }

  private Catalog assemble(
      List<List<Optional<String>>> builtinRows,
      List<List<Optional<String>>> functionRows,
      List<List<Optional<String>>> relationRows,
      List<List<Optional<String>>> inheritanceRows,
      List<List<Optional<String>>> operatorRows) {
    for (List<Optional<String>> row : builtinRows) {
      String name = row.get(0).orElseThrow();
      builtins.put(name, Builtins.doubt(name, row.get(1).equals(Optional.of("t"))));
    }
    for (List<Optional<String>> row : functionRows) {
      functions
          .computeIfAbsent(row.get(0).orElseThrow(), n -> new ArrayList<>())
          .add(
              new Function(
                  row.get(1).orElseThrow(), row.get(2).orElseThrow(), row.get(3).orElse("")));
    }
    for (List<Optional<String>> row : relationRows) {
      Relation relation =
          new Relation(
              row.get(0).orElseThrow(),
              row.get(1).orElseThrow(),
              row.get(2).orElseThrow(),
              row.get(3).orElseThrow(),
              row.get(4).orElseThrow(),
              row.get(5),
              row.get(6));
      relationsByOid.put(relation.oid, relation);
      relationsByName.computeIfAbsent(relation.name, n -> new ArrayList<>()).add(relation);
      relationsByName
          .computeIfAbsent(relation.schema + "." + relation.name, n -> new ArrayList<>())
          .add(relation);
    }
    for (List<Optional<String>> row : inheritanceRows) {
      children
          .computeIfAbsent(row.get(0).orElseThrow(), p -> new ArrayList<>())
          .add(row.get(1).orElseThrow());
    }
    Set<String> names = new HashSet<>(builtins.keySet());
    names.addAll(functions.keySet());
    names.forEach(this::functionDoubt);
    relationsByName.keySet().forEach(this::relationDoubt);
    Set<String> attributes = new HashSet<>();
    for (String name : functions.keySet()) {
      if (!functionDoubt(name).isEmpty()) {
        attributes.add(name);
      }
    }
    if (!operatorRows.isEmpty()) {
      // Which operators of a statement mean it cannot be told from its tokens.
      relationVerdicts.replaceAll(
          (name, doubt) -> doubt.isEmpty() ? "volatile operator or cast in the database" : doubt);
    }
    return new Catalog(true, functionVerdicts, relationVerdicts, attributes);
  }

  private String functionDoubt(String name) {
    String known = functionVerdicts.get(name);
    if (known != null) {
      return known;
    }
    // A function that calls itself is as harmless as the rest of it.
    functionVerdicts.put(name, "");
    String doubt = builtins.getOrDefault(name, "");
    for (Function function : functions.getOrDefault(name, List.of())) {
      if (doubt.isEmpty()) {
        doubt = userFunctionDoubt(name, function);
      }
    }
    functionVerdicts.put(name, doubt);
    return doubt;
  }

  private String userFunctionDoubt(String name, Function function) {
    if (function.volatility.equals("v")) {
      return "volatile function " + name;
    }
    if (Builtins.runsText(name)) {
      return "function " + name + " runs a text";
    }
    return switch (function.language) {
      case "c", "internal" -> "";
      case "sql", "plpgsql" -> bodyDoubt(name, function.source);
      default -> "function " + name + " in " + function.language;
    };
  }

  /* A body is no query: every name before a parenthesis counts, and EXECUTE hides anything. */
  private String bodyDoubt(String name, String body) {
    var tokens = dev.headroom.sql.SqlTokens.of(body);
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.isWord(i, "execute") || tokens.isWord(i, "perform")) {
        return "function " + name + " runs a text";
      }
      if (tokens.kind(i) == dev.headroom.sql.TokenKind.ERROR) {
        return "function " + name + " is not understood";
      }
      if (tokens.isName(i) && tokens.isPunctuation(i + 1, '(')) {
        String called = tokens.name(i);
        boolean known = builtins.containsKey(called) || functions.containsKey(called);
        String doubt = known ? functionDoubt(called) : "";
        if (!doubt.isEmpty()) {
          return "function " + name + ": " + doubt;
        }
      } else if (tokens.isName(i) && relationsByName.containsKey(tokens.name(i))) {
        String doubt = relationDoubt(tokens.name(i));
        if (!doubt.isEmpty()) {
          return "function " + name + ": " + doubt;
        }
      }
    }
    return "";
  }

  private String relationDoubt(String name) {
    String known = relationVerdicts.get(name);
    if (known != null) {
      return known;
    }
    relationVerdicts.put(name, "");
    String doubt = "";
    for (Relation relation : relationsByName.getOrDefault(name, List.of())) {
      if (doubt.isEmpty()) {
        doubt = relationDoubt(relation);
      }
    }
    relationVerdicts.put(name, doubt);
    return doubt;
  }

  private String relationDoubt(Relation relation) {
    if (relation.schema.equals("pg_catalog") || relation.schema.equals("information_schema")) {
      return "system catalog";
    }
    if (relation.kind.equals("S")) {
      return "sequence";
    }
    if (relation.kind.equals("f")) {
      return "foreign table";
    }
    if (relation.persistence.equals("u")) {
      return "unlogged table";
    }
    if (relation.view.isPresent()) {
      return queryDoubt("view " + relation.name, relation.view.get());
    }
    if (relation.kind.equals("v")) {
      return "view " + relation.name + " without a definition";
    }
    for (String child : children.getOrDefault(relation.oid, List.of())) {
      Relation part = relationsByOid.get(child);
      String doubt = part == null ? "" : relationDoubt(part);
      if (!doubt.isEmpty()) {
        return doubt;
      }
    }
    return relation.policy.isPresent()
        ? queryDoubt("row security of " + relation.name, "SELECT " + relation.policy.get())
        : "";
  }

  private String queryDoubt(String subject, String sql) {
    List<StatementShape> shapes = StatementShape.of(sql);
    StatementShape shape = shapes.getFirst();
    if (!shape.mayRead()) {
      return subject + ": " + shape.doubt();
    }
    for (String function : shape.functions()) {
      boolean known = builtins.containsKey(function) || functions.containsKey(function);
      String doubt = known ? functionDoubt(function) : "unknown function " + function;
      if (!doubt.isEmpty()) {
        return subject + ": " + doubt;
      }
    }
    for (String relation : shape.relations()) {
      String doubt =
          relationsByName.containsKey(relation)
              ? relationDoubt(relation)
              : "unknown relation " + relation;
      if (!doubt.isEmpty()) {
        return subject + ": " + doubt;
      }
    }
    return "";
  }
}
