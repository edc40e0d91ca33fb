package dev.headroom.demo.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.demo.telemetry.TraceHeaders;
import dev.headroom.testing.PostgresExtension;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Sampled statements tell PostgreSQL their trace, as sqlcommenter does; others stay as they are.
 */
class CommentIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.shared();

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String OWN_TEXT =
      "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()";

  private static String statementSeenByTheServer(String flags) {
    Context trace = TraceHeaders.parse(Optional.of("00-" + TRACE + "-b7ad6b7169203331-" + flags));
    try (SdkTracerProvider tracers = SdkTracerProvider.builder().build();
        Database database =
            new Database(
                POSTGRES.url() + "?user=" + POSTGRES.user() + "&password=" + POSTGRES.password(),
                1,
                "test",
                tracers.get("test"),
                StatementListener.NONE);
        Session session = database.session("", trace)) {
      return session.first(OWN_TEXT).orElseThrow().text("query");
    }
  }

  @Test
  void onlySampledStatementsAreCommented() {
    assertThat(statementSeenByTheServer("00")).isEqualTo(OWN_TEXT);
    assertThat(statementSeenByTheServer("01"))
        .matches("\\Q" + OWN_TEXT + "\\E /\\*traceparent='00-" + TRACE + "-[0-9a-f]{16}-01'\\*/");
  }
}
