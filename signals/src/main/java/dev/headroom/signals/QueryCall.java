package dev.headroom.signals;

import java.util.List;
import java.util.Optional;

/**
 * What the client really sent: its text and its values, comments and literals included. It is
 * handed on inside the process only; nothing of it goes into telemetry.
 *
 * <p>Reading is lazy and costs as much as decoding the message: keep what was read, not the call,
 * which holds the whole message. Any thread.
 */
public interface QueryCall {

  /** Nothing is known of the call. */
  QueryCall UNKNOWN = of("", List.of());

  /** The text as sent; of a prepared statement, with {@code $1} for its parameters. */
  String sql();

  /**
   * The bound values in their order; of a text without parameters, its literals. Long values are
   * cut and long lists shortened: see {@link #isExact}.
   */
  List<Parameter> parameters();

  /** How often the unit executed this statement: a batch has many executions and one sample. */
  int executions();

  /** Does {@link #parameters} have every value as it was sent? */
  default boolean isExact() {
    return parameters().stream().allMatch(Parameter::exact);
  }

  /** 64 bits of all values; equal calls of one statement have equal hashes. */
  default long hash() {
    long hash = 0;
    for (Parameter parameter : parameters()) {
      hash = hash * 0x9e3779b97f4a7c15L + parameter.hash();
    }
    return hash;
  }

  /**
   * One value.
   *
   * @param type the type's OID as the client named it; 0 when it left that to the server
   * @param value in PostgreSQL's text format; empty is NULL
   * @param exact false when the value was cut, or came in a binary format of an unknown type
   */
  record Parameter(int type, Optional<String> value, boolean exact) {

    /** 64 bits of the value; 0 for NULL. The type does not count. */
    public long hash() {
      if (value.isEmpty()) {
        return 0;
      }
      String text = value.get();
      long h = 0xcbf29ce484222325L;
      for (int i = 0; i < text.length(); i++) {
        h = (h ^ text.charAt(i)) * 0x100000001b3L;
      }
      h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
      return h ^ (h >>> 33);
    }

    @Override
    public String toString() {
      return value.isEmpty() ? "NULL" : "a value of " + value.get().length() + " characters";
    }
  }

  /** A call whose values are known already, executed once. */
  static QueryCall of(String sql, List<Parameter> parameters) {
    record Known(String sql, List<Parameter> parameters, int executions) implements QueryCall {
      @Override
      public String toString() {
        return "a call with " + parameters.size() + " values";
      }
    }
    return new Known(sql, List.copyOf(parameters), 1);
  }
}
