package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.ByteSize;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PostgresConfigurationTest {
  private static final PostgresSettings PRIMARY =
      PostgresSettings.of("p", Path.of("/d"), Path.of("/l"), 5432, "postgres", "it's \\ it");

  @Test
  void saysWhatTheSettingsSay() {
    String text =
        PostgresConfiguration.of(
            PRIMARY.withMaxConnections(77).withSharedBuffers(ByteSize.mebibytes(64)));

    assertThat(text.lines())
        .contains(
            "port = '5432'",
            "listen_addresses = '127.0.0.1'",
            "max_connections = '77'",
            "shared_buffers = '65536kB'",
            "unix_socket_directories = ''")
        .noneMatch(line -> line.startsWith("fsync"))
        .noneMatch(line -> line.startsWith("primary_"));
  }

  @Test
  void withoutFsyncOnlyWhenAsked() {
    assertThat(PostgresConfiguration.of(PRIMARY.withFsync(false)).lines())
        .contains("fsync = 'off'", "full_page_writes = 'off'");
  }

  @Test
  void extraWins() {
    String text = PostgresConfiguration.of(PRIMARY.withExtra("wal_level", "logical"));

    assertThat(text.lines().filter(line -> line.startsWith("wal_level")))
        .containsExactly("wal_level = 'logical'");
  }

  @Test
  void passwordIsQuotedForLibpqAndAgainForTheFile() {
    PostgresSettings standby = PRIMARY.withUpstream(PRIMARY.asUpstreamOf("replica-1"));

    assertThat(PostgresConfiguration.of(standby).lines())
        .contains("primary_slot_name = 'replica_1'")
        .anyMatch(line -> line.contains("password=''it\\\\''s \\\\\\\\ it''"));
  }

  @Test
  void passwordsAreNotPrinted() {
    assertThat(PRIMARY.withUpstream(PRIMARY.asUpstreamOf("x")).toString()).doesNotContain("it's");
    assertThat(PRIMARY.asUpstreamOf("x").toString()).doesNotContain("it's");
  }
}
