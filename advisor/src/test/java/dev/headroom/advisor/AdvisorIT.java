package dev.headroom.advisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import dev.headroom.testing.PostgresExtension;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AdvisorIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.shared();

  private static DatabaseTarget target() {
    return new DatabaseTarget(
        POSTGRES.host(),
        POSTGRES.port(),
        POSTGRES.database(),
        POSTGRES.user(),
        POSTGRES.password(),
        Map.of());
  }

  @Test
  void tellsTheStatementThatTakesMostTime() throws Exception {
    POSTGRES.execute(
        "CREATE EXTENSION IF NOT EXISTS pg_stat_statements",
        "SELECT pg_stat_statements_reset()",
        "CREATE TABLE parcels AS SELECT n AS id, n % 7 AS depot FROM generate_series(1, 50000) n",
        "SELECT count(*) FROM parcels a JOIN parcels b USING (id)",
        "SELECT 1");

    AdviceReport report = new Advisor(TimeSource.system()).analyse(target(), List.of());

    assertThat(report.slow().getFirst().text()).contains("JOIN parcels b USING (id)");
    assertThat(report.slow().getFirst().calls()).isEqualTo(1);
    assertThat(report.slow()).noneMatch(slow -> slow.text().contains("CREATE"));
  }
}
