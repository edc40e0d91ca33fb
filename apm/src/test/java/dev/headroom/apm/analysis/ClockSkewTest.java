package dev.headroom.apm.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ClockSkewTest {
  private static final Attributes ONE = Attributes.of("service.name", "web", "host.name", "one");
  private static final Attributes TWO = Attributes.of("service.name", "api", "host.name", "two");
  private static final Attributes THREE = Attributes.of("service.name", "db", "host.name", "three");

  private final TraceBuilder trace = new TraceBuilder(1);

  private static double start(List<Span> spans, long id) {
    Span span = spans.stream().filter(s -> s.spanId().value() == id).findFirst().orElseThrow();
    return (span.startEpochNanos() - 1_000_000_000_000L) / 1e6;
  }

  private long call(long parent, double from, double to, Attributes resource) {
    return trace.add(parent, Span.Kind.SERVER, "s", from, to, resource);
  }

  @Test
  void aCallToAHostThatIsBehindIsMovedIntoTheMiddleWithAllThatIsUnderIt() {
    long root = call(0, 0, 100, ONE);
    long asked = call(root, -5_000, -4_940, TWO);
    long inside = call(asked, -4_990, -4_980, TWO);
    List<Span> spans = ClockSkew.correct(trace.spans());

    assertThat(start(spans, root)).isEqualTo(0);
    assertThat(start(spans, asked)).isEqualTo(20);
    assertThat(start(spans, inside)).isEqualTo(30);
    assertThat(spans)
        .isSortedAccordingTo((a, b) -> Long.compare(a.startEpochNanos(), b.startEpochNanos()));
  }

  @Test
  void aHostThatIsAheadIsMovedBackAndTheNextHostFromThere() {
    long root = call(0, 0, 100, ONE);
    long asked = call(root, 3_000, 3_080, TWO);
    long next = call(asked, -1_000, -960, THREE);
    List<Span> spans = ClockSkew.correct(trace.spans());

    assertThat(start(spans, asked)).isEqualTo(10);
    assertThat(start(spans, next)).isEqualTo(30);
  }

  @Test
  void correctingTwiceChangesNothing() {
    long root = call(0, 0, 100, ONE);
    call(root, -50, -20, TWO);
    List<Span> once = ClockSkew.correct(trace.spans());
    assertThat(ClockSkew.correct(once)).isEqualTo(once);
  }

  @Test
  void whatIsPossibleAsItIsStays() {
    long root = call(0, 0, 100, ONE);
    call(root, 1, 20, TWO);
    call(root, 70, 99, TWO);
    assertThat(ClockSkew.correct(trace.spans())).isEqualTo(trace.spans());
  }

  @Test
  void onOneHostOrOnAnUnknownOneNothingMoves() {
    long root = call(0, 0, 100, ONE);
    call(root, -50, -20, ONE);
    call(root, -10, -5, Attributes.of("service.name", "x"));
    List<Span> spans = ClockSkew.correct(trace.spans());
    assertThat(start(spans, 2)).isEqualTo(-50);
    assertThat(start(spans, 3)).isEqualTo(-10);
  }

  @Test
  void aConsumerMayEndLongAfterButNotStartBefore() {
    long root = trace.add(0, Span.Kind.PRODUCER, "send", 0, 5, ONE);
    trace.add(root, Span.Kind.CONSUMER, "later", 400, 500, TWO);
    trace.add(root, Span.Kind.CONSUMER, "before", -400, -300, TWO);
    List<Span> spans = ClockSkew.correct(trace.spans());
    assertThat(start(spans, 2)).isEqualTo(400);
    assertThat(start(spans, 3)).isEqualTo(0);
  }

  @Test
  void hoursAreNoSkew() {
    long root = call(0, 0, 100, ONE);
    call(root, -7_200_000, -7_199_990, TWO);
    assertThat(start(ClockSkew.correct(trace.spans()), 2)).isEqualTo(-7_200_000);
  }

  @Test
  void circlesAndTwinsAreLeftAlone() {
    call(2, 0, 100, ONE);
    call(1, -50, -20, TWO);
    assertThat(ClockSkew.correct(trace.spans())).hasSize(2);
    List<Span> twice = LongStream.range(0, 2).mapToObj(i -> trace.spans().getFirst()).toList();
    assertThat(ClockSkew.correct(twice)).hasSize(2);
    assertThat(ClockSkew.correct(List.of())).isEmpty();
  }
}
