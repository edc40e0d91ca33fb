package dev.headroom.advisor;

import java.util.List;

/** What is to be done. */
public sealed interface AdviceAction {

  /** For example {@code sql}: in JSON and in events. */
  String type();

  /** As a person would read or paste it. */
  String text();

  /**
   * Statements that Headroom can run itself, in this order, each in its own transaction: {@code
   * CREATE INDEX CONCURRENTLY} allows no other.
   *
   * @param undo takes them back, last one first
   */
  record Sql(List<String> statements, List<String> undo) implements AdviceAction {
    public Sql {
      statements = List.copyOf(statements);
      undo = List.copyOf(undo);
    }

    @Override
    public String type() {
      return "sql";
    }

    @Override
    public String text() {
      return String.join(";\n", statements) + ";";
    }
  }

  /** A piece of the {@code ScaledApp} document to lay over the rest, as YAML. */
  record Document(String yaml) implements AdviceAction {
    @Override
    public String type() {
      return "document";
    }

    @Override
    public String text() {
      return yaml;
    }
  }

  /**
   * A change of the application's own code.
   *
   * @param after the statement to use instead; may be words where the application decides
   */
  record Code(String before, String after) implements AdviceAction {
    @Override
    public String type() {
      return "code";
    }

    @Override
    public String text() {
      return after;
    }
  }
}
