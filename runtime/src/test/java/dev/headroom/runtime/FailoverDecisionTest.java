package dev.headroom.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailoverDecisionTest {
  private static final Optional<WalPosition> UNREAD = Optional.empty();
  private static final Optional<WalPosition> BEHIND = Optional.of(WalPosition.parse("0/FFFFFFFF"));
  private static final Optional<WalPosition> AHEAD = Optional.of(WalPosition.parse("1/0"));

  @Test
  void theReplicaThatReceivedMostIsPromoted() {
    assertThat(FailoverDecision.of(Map.of("pg-1", BEHIND, "pg-2", AHEAD, "pg-3", BEHIND), false))
        .isEqualTo(new FailoverDecision.Promote("pg-2", AHEAD.orElseThrow()));
  }

  @Test
  void oneLeftUnreadMayHoldTheOnlyCopyOfACommit() {
    assertThat(FailoverDecision.of(Map.of("pg-1", AHEAD, "pg-2", UNREAD), false))
        .isEqualTo(new FailoverDecision.RestartPrimary(List.of("pg-2")));
    assertThat(FailoverDecision.of(Map.of("pg-1", AHEAD, "pg-2", UNREAD), true))
        .isEqualTo(new FailoverDecision.Promote("pg-1", AHEAD.orElseThrow()));
  }

  @Test
  void withoutReplicasThereIsOnlyTheOldPrimary() {
    assertThat(FailoverDecision.of(Map.of(), false))
        .isEqualTo(new FailoverDecision.RestartPrimary(List.of()));
  }

  @Test
  void positionsCompareAcrossTheFourGigabyteBoundary() {
    assertThat(WalPosition.parse("16/B374D848")).hasToString("16/B374D848");
    assertThat(WalPosition.parse("1/0")).isGreaterThan(WalPosition.parse("0/FFFFFFFF"));
    assertThat(WalPosition.parse("FFFFFFFF/0")).isGreaterThan(WalPosition.parse("1/0"));
  }

  @Test
  void ofTwoPrimariesOnDiskTheNewerTimelineCounts(@TempDir Path folder) throws IOException {
    PostgresFolder old = member(folder, "pg-0", "000000010000000000000004", false);
    PostgresFolder promoted = member(folder, "pg-2", "000000020000000000000004", false);
    PostgresFolder standby = member(folder, "pg-1", "000000020000000000000005", true);

    assertThat(PostgresFolder.primaryOf(List.of(old, standby, promoted))).contains(promoted);
    assertThat(PostgresFolder.primaryOf(List.of(standby))).isEmpty();
  }

  private static PostgresFolder member(Path folder, String name, String segment, boolean standby)
      throws IOException {
    Path path = Files.createDirectories(folder.resolve(name));
    Files.createDirectories(path.resolve("pg_wal"));
    Files.writeString(path.resolve("PG_VERSION"), "18\n");
    Files.writeString(path.resolve("pg_wal").resolve(segment), "");
    if (standby) {
      Files.writeString(path.resolve("standby.signal"), "");
    }
    return new PostgresFolder(name, path);
  }
}
