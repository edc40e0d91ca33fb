package dev.headroom.router.statement;

import dev.headroom.router.cluster.Catalog;
import dev.headroom.sql.StatementShape;
import java.util.List;
import java.util.Optional;

/** The rule of what leaves the primary: only what is proven to be a read. */
public final class Reads {
  /** A name that the catalog did not have; it may be new. */
  public static final String UNKNOWN_NAME = "unknown name";

  private Reads() {}

  /** Why the statements are not proven to be a read; empty when they are. */
  static String doubt(List<StatementShape> shapes, Catalog catalog) {
    if (shapes.size() != 1) {
      return "several statements";
    }
    StatementShape shape = shapes.getFirst();
    if (!shape.mayRead()) {
      return shape.doubt();
    }
    if (!catalog.usable()) {
      return "catalogs not read";
    }
    for (String function : shape.functions()) {
      Optional<String> doubt = catalog.function(function);
      if (doubt.isEmpty()) {
        return UNKNOWN_NAME;
      }
      if (!doubt.get().isEmpty()) {
        return doubt.get();
      }
    }
    for (String relation : shape.relations()) {
      Optional<String> doubt = relation(relation, catalog);
      if (doubt.isEmpty()) {
        return UNKNOWN_NAME;
      }
      if (!doubt.get().isEmpty()) {
        return doubt.get();
      }
    }
    for (String commonTable : shape.commonTables()) {
      // Elsewhere in the statement the same name may mean the relation.
      String doubt = catalog.relation(commonTable).orElse("");
      if (!doubt.isEmpty()) {
        return doubt;
      }
    }
    for (String attribute : shape.attributes()) {
      if (catalog.harmfulAttributes().contains(attribute)) {
        return "function as an attribute";
      }
    }
    return "";
  }

  /* The database may stand in front: app.public.orders. */
  private static Optional<String> relation(String name, Catalog catalog) {
    int last = name.lastIndexOf('.');
    int before = last < 0 ? -1 : name.lastIndexOf('.', last - 1);
    return catalog.relation(before < 0 ? name : name.substring(before + 1));
  }
}
