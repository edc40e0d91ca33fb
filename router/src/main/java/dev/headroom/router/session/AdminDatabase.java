package dev.headroom.router.session;

import java.util.List;
import java.util.Optional;

/** What the admin database answers. Any thread; may take its time. */
public interface AdminDatabase {
  String NAME = "headroom";

  /** An answer in rows; {@code numbers} says which columns hold numbers. */
  record Table(List<String> columns, List<List<Optional<String>>> rows) {
    public Table {
      columns = List.copyOf(columns);
      rows = rows.stream().map(List::copyOf).toList();
    }
  }

  /** What came of a command: perhaps a table, and the command's tag. */
  record Answer(Optional<Table> table, String tag) {}

  /** A command that is not known, or cannot be done; {@code hint} says what can. */
  final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final String hint;

    public Refused(String message, String hint) {
      super(message);
      this.hint = hint;
    }

    String hint() {
      return hint;
    }
  }

  /** Does a client that names this database mean the router itself? PgBouncer's name does too. */
  static boolean isNamed(String database) {
    return database.equals(NAME) || database.equals("pgbouncer");
  }

  /** Runs one command, for example {@code SHOW POOLS}. */
  Answer run(String command) throws Refused, InterruptedException;
}
