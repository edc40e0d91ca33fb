package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OtlpExporterTest {
  private static final OtlpExporter.Pace FAST =
      new OtlpExporter.Pace(
          Duration.ofMillis(5), Duration.ofMillis(5), Duration.ofSeconds(20), 100, 10);

  private OtlpTestServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new OtlpTestServer();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private static OtlpExporter export(URI endpoint, OtlpExporter.Pace pace) {
    return OtlpExporter.start(endpoint, TimeSource.system(), new Random(1), pace);
  }

  @Test
  void sendsEverySignal() throws InterruptedException, TimeoutException {
    try (OtlpExporter exporter = export(server.endpoint(), FAST)) {
      exporter.accept(
          new Telemetry(
              List.of(OtlpFixtures.FULL), OtlpFixtures.METRICS, List.of(OtlpFixtures.LOG)));
      server.await(s -> s.received().size() == 3);
      assertThat(server.received())
          .contains(Telemetry.spans(List.of(OtlpFixtures.FULL)), Telemetry.event(OtlpFixtures.LOG));
      assertThat(exporter.check()).isEqualTo(Health.up());
    }
  }

  @Test
  void triesAgainWhatMayBeTriedAgain() throws InterruptedException, TimeoutException {
    server.answer(
        new OtlpTestServer.Answer(429, "0", new byte[0]),
        new OtlpTestServer.Answer(503, "", new byte[0]),
        new OtlpTestServer.Answer(502, "Thu, 01 Jan 1970 00:00:00 GMT", new byte[0]));
    try (OtlpExporter exporter = export(server.endpoint(), FAST)) {
      exporter.accept(Telemetry.event(OtlpFixtures.LOG));
      server.await(s -> s.received().size() == 1);
      assertThat(server.requests()).isEqualTo(4);
      assertThat(exporter.dropped()).isEmpty();
    }
  }

  @Test
  void givesUpWhatIsRefusedAndCountsIt() throws InterruptedException, TimeoutException {
    server.answer(new OtlpTestServer.Answer(400, "", new byte[0]));
    try (OtlpExporter exporter = export(server.endpoint(), FAST)) {
      exporter.accept(Telemetry.event(OtlpFixtures.LOG));
      server.await(s -> s.requests() == 1);
      exporter.accept(Telemetry.event(OtlpFixtures.LOG));
      server.await(s -> s.received().size() == 1);
      assertThat(exporter.dropped()).containsExactly(Map.entry("logs: refused with 400", 1L));
    }
  }

  @Test
  void countsWhatThePartialSuccessLeavesOut() throws InterruptedException, TimeoutException {
    server.answer(
        new OtlpTestServer.Answer(
            200,
            "",
            OtlpAnswer.taken(
                OtlpSignal.LOGS,
                OtlpEncoding.PROTOBUF,
                new OtlpBatch(Telemetry.spans(List.of()), 1, "no"))));
    OtlpExporter exporter = export(server.endpoint(), FAST);
    try (exporter) {
      exporter.accept(
          new Telemetry(List.of(), List.of(), List.of(OtlpFixtures.LOG, OtlpFixtures.LOG)));
      server.await(s -> s.received().size() == 1);
    }
    assertThat(exporter.sent()).isEqualTo(1);
    assertThat(exporter.dropped()).containsEntry("logs: rejected", 1L);
  }

  @Test
  void keepsABoundedQueueWhileNobodyListens() {
    server.close();
    OtlpExporter exporter = export(server.endpoint(), FAST);
    for (int i = 0; i < 500; i++) {
      exporter.accept(Telemetry.event(OtlpFixtures.LOG));
    }
    assertThat(exporter.dropped().get("logs: queue full")).isGreaterThan(100);
    exporter.close();
    exporter.accept(Telemetry.event(OtlpFixtures.LOG));
    assertThat(exporter.sent()).isZero();
    assertThat(exporter.dropped().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(501);
    assertThat(exporter.check().isUp()).isFalse();
  }

  @Test
  void sendsWhatIsQueuedWhenItCloses() {
    OtlpExporter.Pace slow =
        new OtlpExporter.Pace(
            Duration.ofHours(1), Duration.ofMillis(5), Duration.ofSeconds(5), 100, 10);
    OtlpExporter exporter = export(server.endpoint(), slow);
    for (int i = 0; i < 25; i++) {
      exporter.accept(Telemetry.event(OtlpFixtures.LOG));
    }
    exporter.close();
    assertThat(server.received()).hasSize(3);
    assertThat(exporter.sent()).isEqualTo(25);
  }
}
