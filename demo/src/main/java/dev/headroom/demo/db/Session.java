package dev.headroom.demo.db;

import dev.headroom.demo.telemetry.TraceHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one request does with the database; used by one thread, holds at most one connection. */
public final class Session implements AutoCloseable {
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
  private static final AttributeKey<String> TEXT = AttributeKey.stringKey("db.query.text");
  private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("db.operation.name");
  private static final AttributeKey<String> SUMMARY = AttributeKey.stringKey("db.query.summary");
  private static final AttributeKey<Long> ROWS = AttributeKey.longKey("db.response.returned_rows");
  private static final AttributeKey<String> SQL_STATE =
      AttributeKey.stringKey("db.response.status_code");

  private final Database database;
  private final String key;
  private final Context trace;
  private final Tracer tracer;
  private final StatementListener listener;
  private @Nullable Connection connection;
  private boolean writing;

  Session(Database database, String key, Context trace, Tracer tracer, StatementListener listener) {
    this.database = database;
    this.key = key;
    this.trace = trace;
    this.tracer = tracer;
    this.listener = listener;
  }

  /** Runs a read. Outside a transaction a read whose connection broke is tried once more. */
  public List<Row> rows(String sql, @Nullable Object... parameters) {
    try {
      return run(sql, parameters);
    } catch (SQLException e) {
      if (writing || !isBroken(e)) {
        throw failure(e);
      }
      release(true);
    }
    try {
      return run(sql, parameters);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  public Optional<Row> first(String sql, @Nullable Object... parameters) {
    List<Row> rows = rows(sql, parameters);
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
  }

  /** The first column of the only row. */
  public long number(String sql, @Nullable Object... parameters) {
    return rows(sql, parameters).getFirst().values()[0] instanceof Number number
        ? number.longValue()
        : 0;
  }

  /** Changes rows inside {@link #write}; answers how many. */
  public int update(String sql, @Nullable Object... parameters) {
    if (!writing) {
      throw new IllegalStateException("update outside write: " + sql);
    }
    try {
      return change(sql, parameters);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** Runs a statement without parameters or result inside {@link #write}. */
  public void execute(String sql) {
    update(sql);
  }

  /** Runs the work in one transaction. It is never repeated: what broke is reported. */
  public <T> T write(Work<T> work) {
    try {
      connect().setAutoCommit(false);
      writing = true;
      T result = work.run(this);
      connect().commit();
      connect().setAutoCommit(true);
      writing = false;
      return result;
    } catch (SQLException e) {
      giveUp(isBroken(e));
      throw failure(e);
    } catch (RuntimeException | Error e) {
      giveUp(e instanceof Unavailable);
      throw e;
    }
  }

  /** The statements of one transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T run(Session session);
  }

  private void giveUp(boolean broken) {
    writing = false;
    Connection current = connection;
    if (current == null) {
      return;
    }
    boolean usable = false;
    if (!broken) {
      try {
        current.rollback();
        current.setAutoCommit(true);
        usable = true;
      } catch (SQLException e) {
        // Not usable then; the original failure is what the caller hears of.
      }
    }
    if (!usable) {
      release(true);
    }
  }

  private List<Row> run(String sql, @Nullable Object[] parameters) throws SQLException {
    Span span = start(sql);
    try (PreparedStatement statement = connect().prepareStatement(commented(sql, span))) {
      bind(statement, parameters);
      try (ResultSet result = statement.executeQuery()) {
        List<Row> rows = Row.all(result);
        database.answered();
        span.setAttribute(ROWS, rows.size());
        listener.sent(sql, Arrays.asList(parameters), rows.size());
        return rows;
      }
    } catch (SQLException e) {
      failed(span, e);
      throw e;
    } finally {
      span.end();
    }
  }

  private int change(String sql, @Nullable Object[] parameters) throws SQLException {
    Span span = start(sql);
    try (PreparedStatement statement = connect().prepareStatement(commented(sql, span))) {
      bind(statement, parameters);
      int changed = statement.executeUpdate();
      database.answered();
      listener.sent(sql, Arrays.asList(parameters), changed);
      return changed;
    } catch (SQLException e) {
      failed(span, e);
      throw e;
    } finally {
      span.end();
    }
  }

  private static void bind(PreparedStatement statement, @Nullable Object[] parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }

  private Span start(String sql) {
    if (!Span.fromContext(trace).getSpanContext().isSampled()) {
      return Span.getInvalid();
    }
    Summary summary = Summary.of(sql);
    return tracer
        .spanBuilder(summary.text())
        .setParent(trace)
        .setSpanKind(SpanKind.CLIENT)
        .setAttribute(SYSTEM, "postgresql")
        .setAttribute(OPERATION, summary.operation())
        .setAttribute(SUMMARY, summary.text())
        .setAttribute(TEXT, sql)
        .startSpan();
  }

  private static String commented(String sql, Span span) {
    return span.getSpanContext().isSampled()
        ? sql + " /*traceparent='" + TraceHeaders.format(span.getSpanContext()) + "'*/"
        : sql;
  }

  private static void failed(Span span, SQLException e) {
    span.recordException(e);
    span.setStatus(StatusCode.ERROR);
    if (e.getSQLState() != null) {
      span.setAttribute(SQL_STATE, e.getSQLState());
    }
  }

  private Connection connect() throws SQLException {
    Connection current = connection;
    if (current == null) {
      current = database.checkOut(key);
      connection = current;
    }
    return current;
  }

  private static RuntimeException failure(SQLException e) {
    String state = Optional.ofNullable(e.getSQLState()).orElse("");
    boolean temporary =
        isBroken(e)
            || e instanceof java.sql.SQLTransientException
            || state.startsWith("53") // insufficient resources
            || state.equals("25006") // read-only: the primary is being replaced
            || state.startsWith("40"); // serialisation failure, deadlock
    return temporary
        ? new Unavailable("the database is not available: " + e.getMessage(), e)
        : new IllegalStateException("statement failed (SQLSTATE " + state + ")", e);
  }

  /** Whether the connection is lost: class 08, or the server said that it goes away (57P0x). */
  private static boolean isBroken(SQLException e) {
    String state = Optional.ofNullable(e.getSQLState()).orElse("");
    return state.startsWith("08") || state.startsWith("57P");
  }

  /** Gives the connection back; a later statement takes another one. */
  public void release() {
    release(false);
  }

  private void release(boolean broken) {
    Connection current = connection;
    connection = null;
    if (current == null) {
      return;
    }
    if (broken) {
      database.discard(current);
      return;
    }
    try {
      current.close();
    } catch (SQLException e) {
      database.discard(current);
    }
  }

  @Override
  public void close() {
    release();
  }
}
