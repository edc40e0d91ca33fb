package dev.headroom.apm;

import static dev.headroom.apm.TelemetryFixtures.metrics;
import static dev.headroom.apm.TelemetryFixtures.spans;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.ByteSize;
import dev.headroom.base.UserError;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.ApmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuckStoreTest extends TelemetryStoreContract {
  static final ApmSpec.Retention RETENTION =
      new ApmSpec.Retention(Duration.ofDays(3), Duration.ofDays(30), ByteSize.mebibytes(1024));

  @TempDir Path folder;

  @Override
  TelemetryStore open() {
    return DuckStore.open(folder, RETENTION, StoreLimits.USUAL, time);
  }

  private TelemetryStore reopen() {
    store.close();
    store = open();
    return store;
  }

  private Window lastDay() {
    return Window.before(time.now().plusNanos(1), Duration.ofDays(1));
  }

  private void storeOneOfEach() {
    store.accept(
        new Telemetry(
            List.of(now.server(1, 1, "/a", 200, Duration.ofMillis(10))),
            List.of(
                now.requests("web", "GET", "/a", 200, 0.010, 0.020),
                now.query("aa", "primary", 0.001),
                now.gauge("g", 4)),
            List.of(
                now.event("e", "body"),
                now.event(
                    Vocabulary.EVENT_QUERY,
                    "",
                    Vocabulary.QUERY,
                    "aa",
                    Vocabulary.QUERY_TEXT,
                    "SELECT ?"))));
    store.flush();
  }

  private void assertOneOfEach(Window window) {
    assertThat(store.endpoints(window))
        .filteredOn(e -> e.service().equals("web"))
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.count()).isEqualTo(2);
              assertSame(e.latency(), TelemetryFixtures.sketch(0.010, 0.020));
            });
    assertThat(store.queries(window))
        .singleElement()
        .satisfies(q -> assertThat(q.text()).isEqualTo("SELECT ?"));
    assertThat(store.series("g", window, STEP, List.of()))
        .singleElement()
        .satisfies(s -> assertThat(s.points().getFirst().value()).isEqualTo(4));
    assertThat(store.events(window, "e", 10)).hasSize(1);
    assertThat(store.trace(new TraceId(0xABCDL << 48, 1))).hasSize(1);
    assertThat(store.traces(window, Optional.of("/a"), true, 10)).hasSize(1);
  }

  @Test
  void findsEverythingAgainAfterARestart() {
    storeOneOfEach();
    reopen();
    assertOneOfEach(lastMinute());
    assertOneOfEach(lastDay());
    assertThat(store.newest("g")).contains(time.now());
    assertThat(store.latest("g", STEP)).hasSize(1);
  }

  @Test
  void anOldWindowIsAnsweredFromTheDisk() {
    storeOneOfEach();
    time.advance(Duration.ofHours(2));
    assertOneOfEach(lastDay());
    assertThat(store.latest("g", Duration.ofHours(3))).hasSize(1);
  }

  @Test
  void whatIsSealedIsStillThereAndWhatComesAfterToo() throws IOException {
    storeOneOfEach();
    time.advance(Duration.ofHours(7));
    ((DuckStore) store).maintain();
    assertThat(segments()).hasSize(3);
    assertOneOfEach(lastDay());

    store.accept(spans(now.server(2, 1, "/a", 200, Duration.ofMillis(20))));
    assertThat(store.traces(lastDay(), Optional.of("/a"), true, 10)).hasSize(2);

    reopen();
    assertThat(store.traces(lastDay(), Optional.of("/a"), true, 10)).hasSize(2);
    assertThat(store.endpoints(lastDay())).isNotEmpty();
  }

  @Test
  void rawDataGoesBeforeRollups() throws IOException {
    storeOneOfEach();
    time.advance(Duration.ofHours(7));
    ((DuckStore) store).maintain();
    time.advance(Duration.ofDays(4));
    ((DuckStore) store).maintain();

    Window week = Window.before(time.now(), Duration.ofDays(7));
    assertThat(store.traces(week, Optional.empty(), false, 10)).isEmpty();
    assertThat(store.events(week, "", 10)).isEmpty();
    assertThat(store.endpoints(week)).isNotEmpty();
    assertThat(segments()).hasSize(1);

    time.advance(Duration.ofDays(30));
    ((DuckStore) store).maintain();
    assertThat(segments()).isEmpty();
    assertThat(store.endpoints(Window.before(time.now(), Duration.ofDays(60)))).isEmpty();
  }

  @Test
  void theDiskSettingDeletesTheOldestFirst() throws IOException {
    store.close();
    ApmSpec.Retention small =
        new ApmSpec.Retention(Duration.ofDays(3), Duration.ofDays(30), new ByteSize(6 << 20));
    DuckStore bounded = DuckStore.open(folder, small, StoreLimits.USUAL, time);
    store = bounded;
    for (int i = 1; i <= 40; i++) {
      for (int j = 0; j < 1_000; j++) {
        bounded.accept(
            spans(
                now.client(
                    1000L * i + j,
                    i,
                    0,
                    "q" + Math.sqrt(i * 1000 + j),
                    Duration.ofNanos((long) i * j))));
      }
      time.advance(Duration.ofMinutes(40));
      bounded.maintain();
    }

    assertThat(bounded.storeStats().bytesOnDisk()).isLessThanOrEqualTo(6 << 20);
    assertThat(bounded.trace(new TraceId(0xABCDL << 48, 40_001))).hasSize(1);
  }

  @Test
  void aFileThatNoSegmentNamesIsRemoved() throws IOException {
    storeOneOfEach();
    store.close();
    Files.writeString(folder.resolve("segments/spans-00000099.parquet.unfinished"), "half");
    store = open();
    assertThat(segments()).isEmpty();
    assertOneOfEach(lastMinute());
  }

  @Test
  void aFullQueueRefusesInsteadOfWaiting() {
    store.close();
    store =
        DuckStore.open(
            folder, RETENTION, new StoreLimits(Duration.ofMinutes(20), 10, 100, 10, 3, 10), time);
    store.close();

    assertThat(store.offer(metrics(now.gauge("g", 1)))).isFalse();
    store.accept(metrics(now.gauge("g", 1)));
    assertThat(store.storeStats().dropped())
        .containsExactly(new TelemetryQueries.Dropped("metrics", "closed", 1));
  }

  @Test
  void aFolderOfANewerVersionIsAUsersError() throws SQLException {
    store.close();
    try (Connection duck =
            DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("telemetry.duckdb"));
        Statement sql = duck.createStatement()) {
      sql.execute("UPDATE meta SET format = 99");
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("format 99 (expected: at most 2)");
  }

  @Test
  void aFolderThatIsAFileIsAUsersError() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> DuckStore.open(file, RETENTION, StoreLimits.USUAL, time))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot be written");
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("segments"))) {
      return files.filter(f -> f.toString().endsWith(".parquet")).toList();
    }
  }

  private List<Path> sealedSpans() throws IOException {
    return segments().stream()
        .filter(f -> f.getFileName().toString().startsWith("spans"))
        .sorted()
        .toList();
  }

  @Test
  void aCorruptSegmentIsSetAsideAndTheRestServed() throws IOException {
    store.accept(spans(now.server(1, 1, "/a", 200, Duration.ofMillis(10))));
    store.flush();
    ((DuckStore) store).sealAll();
    store.accept(spans(now.server(2, 1, "/a", 200, Duration.ofMillis(10))));
    store.flush();
    ((DuckStore) store).sealAll();
    Path first = sealedSpans().getFirst();
    byte[] bytes = Files.readAllBytes(first);
    java.util.Arrays.fill(bytes, 4, bytes.length / 2, (byte) 0x5a);
    Files.write(first, bytes);

    assertThat(store.trace(TelemetryFixtures.trace(2))).hasSize(1);
    assertThat(store.trace(TelemetryFixtures.trace(1))).isEmpty();
    assertThat(store.storeStats().dropped())
        .containsExactly(
            new TelemetryQueries.Dropped("spans", "corrupt " + first.getFileName(), 1));
    assertThat(folder.resolve("corrupt").resolve(first.getFileName())).exists();
    assertThat(sealedSpans()).hasSize(1);
    reopen();
    assertThat(store.trace(TelemetryFixtures.trace(2))).hasSize(1);
  }

  @Test
  void aSegmentWhoseDictionaryIsCorruptIsSetAside() throws IOException {
    for (int i = 0; i < 3; i++) {
      store.accept(spans(now.server(1, i + 1, "/a", 200, Duration.ofMillis(10))));
    }
    store.flush();
    ((DuckStore) store).sealAll();
    Path dictionary = Segment.pairs(sealedSpans().getFirst());
    Files.write(dictionary, new byte[100]);

    assertThat(store.trace(TelemetryFixtures.trace(1))).isEmpty();
    assertThat(store.storeStats().dropped())
        .singleElement()
        .satisfies(d -> assertThat(d.count()).isEqualTo(3));
    assertThat(folder.resolve("corrupt").resolve(dictionary.getFileName())).exists();
  }

  @Test
  void withoutItsFilterASegmentIsAskedForEveryTrace() throws IOException {
    store.accept(spans(now.server(1, 1, "/a", 200, Duration.ofMillis(10))));
    store.flush();
    ((DuckStore) store).sealAll();
    store.close();
    Files.delete(Segment.traces(sealedSpans().getFirst()));
    store = open();
    assertThat(store.trace(TelemetryFixtures.trace(1))).hasSize(1);
  }

  @Test
  void attributesOfEveryTypeComeBackHotSealedAndAfterARestart() {
    Attributes all =
        Attributes.of(
            "text",
            "tEx\"t",
            "whole",
            7L,
            "real",
            1.0,
            "yes",
            true,
            "list",
            List.of("a", "b"),
            "http.route",
            "/r");
    for (int i = 1; i <= 3; i++) {
      store.accept(spans(now.with(i, 1, all.with("own", "value " + i))));
    }
    for (int round = 0; round < 3; round++) {
      for (int i = 1; i <= 3; i++) {
        assertThat(store.trace(TelemetryFixtures.trace(i)))
            .singleElement()
            .satisfies(
                s ->
                    assertThat(s.attributes().toMap())
                        .containsAllEntriesOf(all.toMap())
                        .hasSize(7));
      }
      if (round == 0) {
        reopen();
      } else {
        ((DuckStore) store).sealAll();
      }
    }
  }

  @Test
  void whatIsFoundByANegationOnlyIsLookedForToTheEnd() {
    store.accept(spans(now.with(9_999, 1, Attributes.of("other", "x"))));
    time.advance(Duration.ofSeconds(1));
    for (int i = 1; i <= 700; i++) {
      store.accept(spans(now.with(i, 1, Attributes.of("user", "u" + i % 3))));
    }
    store.flush();
    for (int round = 0; round < 2; round++) {
      assertThat(store.search(lastDay(), TraceQuery.parse("not user"), 5))
          .singleElement()
          .satisfies(t -> assertThat(t.traceId()).isEqualTo(TelemetryFixtures.trace(9_999)));
      ((DuckStore) store).sealAll();
    }
  }

  @Test
  void theSpansOfFormatOneAreRemovedAndTheFiguresKept() throws SQLException {
    storeOneOfEach();
    store.close();
    try (Connection duck =
            DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("telemetry.duckdb"));
        Statement sql = duck.createStatement()) {
      sql.execute("UPDATE meta SET format = 1");
      sql.execute("ALTER TABLE spans DROP COLUMN rest");
    }
    store = open();
    assertThat(store.endpoints(lastDay())).isNotEmpty();
    assertThat(store.trace(TelemetryFixtures.trace(1))).isEmpty();
    store.accept(spans(now.server(2, 1, "/a", 200, Duration.ofMillis(10))));
    assertThat(store.trace(TelemetryFixtures.trace(2))).hasSize(1);
  }

  @Test
  void aSegmentThatWasCutIsSetAsideAtTheStart() throws IOException {
    store.accept(spans(now.server(1, 1, "/a", 200, Duration.ofMillis(10))));
    store.flush();
    ((DuckStore) store).sealAll();
    store.close();
    Path only = sealedSpans().getFirst();
    Files.write(only, java.util.Arrays.copyOf(Files.readAllBytes(only), 20));
    store = open();

    assertThat(store.trace(TelemetryFixtures.trace(1))).isEmpty();
    assertThat(folder.resolve("corrupt").resolve(only.getFileName())).exists();
  }

  @Test
  void errorGroupsOutliveARestart() {
    store.accept(spans(now.failed(1, 1, "E", "m", "")));
    store.flush();
    reopen();

    assertThat(store.errorGroups(lastDay(), 10))
        .singleElement()
        .satisfies(g -> assertThat(g.samples()).containsExactly(TelemetryFixtures.trace(1)));
  }
}
