package dev.headroom.advisor.index;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Indexes that could serve one access: equality first, then one range or the order wanted. */
final class Candidates {
  private static final int MAX_EQUAL = 4;
  private static final int WIDTH = 3;

  private Candidates() {}

  static Set<Candidate> of(Access access) {
    Set<Candidate> all = new LinkedHashSet<>();
    List<String> equal = access.equal.stream().limit(MAX_EQUAL).toList();
    for (List<String> columns : columnLists(equal, access)) {
      all.add(Candidate.btree(access.relation, columns, ""));
    }
    for (String predicate : access.constant) {
      String column = predicate.replace("NOT ", "").split(" ")[0];
      for (List<String> columns : columnLists(equal, access)) {
        if (!columns.contains(column) && columns.size() < WIDTH) {
          all.add(Candidate.btree(access.relation, columns, predicate));
        }
      }
    }
    access.expressions.forEach((expression, kind) -> all.add(expression(access, expression, kind)));
    return all;
  }

  private static Candidate expression(Access access, String expression, String kind) {
    return kind.equals("trigram")
        ? new Candidate(access.relation, List.of("(" + expression + ") gin_trgm_ops"), "gin", "")
        : new Candidate(access.relation, List.of("(" + expression + ")"), "btree", "");
  }

  /* Singles, ordered pairs and triples of equalities, each followed by a range or by the order. */
  private static Set<List<String>> columnLists(List<String> equal, Access access) {
    Set<List<String>> lists = new LinkedHashSet<>();
    List<List<String>> heads = new ArrayList<>();
    heads.add(List.of());
    for (String a : equal) {
      heads.add(List.of(a));
      for (String b : equal) {
        if (!a.equals(b)) {
          heads.add(List.of(a, b));
        }
      }
    }
    for (List<String> head : heads) {
      add(lists, head);
      for (String range : access.range) {
        add(lists, with(head, range));
      }
      List<String> ordered = head;
      for (String next : access.sorted) {
        if (!head.contains(next)) {
          ordered = with(ordered, next);
          add(lists, ordered);
        }
      }
    }
    return lists;
  }

  private static List<String> with(List<String> head, String next) {
    List<String> longer = new ArrayList<>(head);
    longer.add(next);
    return longer;
  }

  private static void add(Set<List<String>> lists, List<String> columns) {
    if (!columns.isEmpty()
        && columns.size() <= WIDTH
        && columns.stream().distinct().count() == columns.size()) {
      lists.add(List.copyOf(columns));
    }
  }
}
