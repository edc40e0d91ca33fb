package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code SELECT DISTINCT a… FROM a JOIN b} only to ask whether there is a {@code b}: EXISTS makes
 * no duplicates that would have to be sorted out.
 */
final class DistinctRule implements RewriteRule {

  @Override
  public String name() {
    return "DISTINCT + JOIN → EXISTS";
  }

  @Override
  public Optional<Rewritten> apply(Select select, Columns columns) {
    Optional<FromClause> parsed = FromClause.parse(select.from());
    boolean form =
        parsed.isPresent()
            && select.distinct()
            && parsed.get().items().size() == 2
            && parsed.get().items().stream().allMatch(FromClause.Item::isInner)
            && select.groupBy().isEmpty();
    if (!form) {
      return Optional.empty();
    }
    FromClause from = parsed.get();
    for (int kept = 0; kept < 2; kept++) {
      FromClause.Item keep = from.items().get(kept);
      FromClause.Item drop = from.items().get(1 - kept);
      Optional<Rewritten> rewritten = keep(select, from, keep, drop, columns);
      if (rewritten.isPresent()) {
        return rewritten;
      }
    }
    return Optional.empty();
  }

  private static Optional<Rewritten> keep(
      Select select, FromClause from, FromClause.Item keep, FromClause.Item drop, Columns columns) {
    String shown = String.join(", ", select.items()) + ", " + select.orderBy();
    boolean onlyKept =
        Snippets.qualifiers(shown).equals(Set.of(keep.alias()))
            && select.items().stream().noneMatch(Snippets::hasBareName);
    List<String> names =
        select.items().stream()
            .map(Columns.Reference::of)
            .flatMap(Optional::stream)
            .map(Columns.Reference::column)
            .toList();
    if (!onlyKept || !columns.holdKey(keep.relation(), names)) {
      return Optional.empty();
    }
    List<String> inside = new ArrayList<>();
    List<String> outside = new ArrayList<>();
    from.items().forEach(item -> inside.addAll(item.on()));
    for (String condition : select.where()) {
      if (Snippets.hasBareName(condition)) {
        return Optional.empty();
      }
      boolean ofDropped = Snippets.qualifiers(condition).contains(drop.alias());
      (ofDropped ? inside : outside).add(condition);
    }
    String exists =
        "EXISTS (SELECT 1 FROM %s WHERE %s)"
            .formatted(declared(drop), inside.isEmpty() ? "true" : String.join(" AND ", inside));
    outside.add(exists);
    Select next = select.withDistinct(false).withFrom(declared(keep)).withWhere(outside);
    return Optional.of(
        Rewritten.of(
            select,
            next,
            "The join makes duplicates, and DISTINCT sorts all of them to remove them again.",
            List.of(
                "The selected columns hold a key of "
                    + keep.relation()
                    + ": without the join there are no duplicates.")));
  }

  private static String declared(FromClause.Item item) {
    return new FromClause(
            List.of(new FromClause.Item("", item.relation(), item.alias(), List.of())))
        .toSql();
  }
}
