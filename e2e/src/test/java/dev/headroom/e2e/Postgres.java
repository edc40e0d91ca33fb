package dev.headroom.e2e;

import dev.headroom.engines.RunState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/** The PostgreSQL servers of a run, asked one by one and past the router. */
record Postgres(List<Member> members, Path secrets) {

  static Postgres of(HeadroomProcess process) {
    Path secrets = process.state().resolve("secrets/headroom");
    String password = secret(secrets, "postgres-superuser");
    return new Postgres(
        process.run().children().stream()
            .filter(child -> child.name().startsWith("postgres ") && child.alive())
            .map(child -> Member.of(child, password))
            .toList(),
        secrets);
  }

  private static String secret(Path secrets, String name) {
    try {
      return Files.readString(secrets.resolve(name)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The application's password. */
  String applicationPassword() {
    return secret(secrets, "postgres-app");
  }

  Member primary() throws SQLException {
    for (Member member : members) {
      if (!member.isReplica()) {
        return member;
      }
    }
    throw new SQLException("no primary among " + members);
  }

  List<Member> replicas() throws SQLException {
    String primary = primary().child();
    return members.stream().filter(member -> !member.child().equals(primary)).toList();
  }

  /** How many replicas stream from the primary. */
  long streaming() throws SQLException {
    return primary().number("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'");
  }

  /** A connection to a loopback port that gives up early. */
  static Connection connect(int port, String user, String password) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("connectTimeout", "3");
    properties.setProperty("socketTimeout", "5");
    return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/app", properties);
  }

  /** One server. */
  record Member(String child, int port, String password) {

    private static Member of(RunState.Member process, String password) {
      return new Member(process.name(), process.ports().getFirst(), password);
    }

    boolean isReplica() throws SQLException {
      return number("SELECT pg_is_in_recovery()::int") == 1;
    }

    long number(String query) throws SQLException {
      try (Connection connection = connect(port, "postgres", password);
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(query)) {
        row.next();
        return row.getLong(1);
      }
    }

    Set<Long> numbers(String query) throws SQLException {
      Set<Long> numbers = new HashSet<>();
      try (Connection connection = connect(port, "postgres", password);
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(query)) {
        while (row.next()) {
          numbers.add(row.getLong(1));
        }
      }
      return numbers;
    }

    void execute(String sql) throws SQLException {
      try (Connection connection = connect(port, "postgres", password);
          Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }
  }
}
