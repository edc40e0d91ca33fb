package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Broken bytes are refused or read, and nothing else. {@code -Dfuzz.rounds} makes it longer. */
class OtlpFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 20_000);

  private static final List<OtlpSignal> SIGNALS = List.of(OtlpSignal.values());

  private final OtlpReader reader = new OtlpReader();
  private final Random random = new Random(42);

  @Test
  void protobuf() {
    byte[][] seeds = {
      OtlpWriter.traces(List.of(OtlpFixtures.ROOT, OtlpFixtures.FULL)),
      OtlpWriter.metrics(OtlpFixtures.METRICS),
      OtlpWriter.logs(List.of(OtlpFixtures.LOG))
    };
    int refused = 0;
    int read = 0;
    for (int i = 0; i < ROUNDS; i++) {
      OtlpSignal signal = SIGNALS.get(i % 3);
      byte[] body = mutate(seeds[random.nextInt(10) == 0 ? random.nextInt(3) : i % 3]);
      try {
        reader.read(signal, OtlpEncoding.PROTOBUF, body);
        read++;
      } catch (OtlpRefusal e) {
        refused++;
      }
    }
    // Both ends are reached, or the mutations are no use.
    assertThat(refused).isGreaterThan(ROUNDS / 20);
    assertThat(read).isGreaterThan(ROUNDS / 20);
  }

  @Test
  void json() {
    byte[] seed =
        ("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"k\",\"value\":{\"kvlistValue\":"
             + "{\"values\":[{\"key\":\"x\",\"value\":{\"intValue\":\"1\"}}]}}}]},\"scopeSpans\":[{"
             + "\"spans\":[{\"traceId\":\"5B8EFFF798038103D269B633813FC60C\",\"spanId\":"
             + "\"EEE19B7EC3C1B174\",\"startTimeUnixNano\":\"15447126600\",\"kind\":2}]}]}]}")
            .getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int i = 0; i < ROUNDS; i++) {
      try {
        reader.read(OtlpSignal.TRACES, OtlpEncoding.JSON, mutate(seed));
      } catch (OtlpRefusal e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(ROUNDS / 20, ROUNDS - 1);
  }

  private byte[] mutate(byte[] seed) {
    byte[] body = seed.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && body.length > 0; i++) {
      int at = random.nextInt(body.length);
      switch (random.nextInt(6)) {
        case 0 -> body[at] = (byte) random.nextInt();
        case 1 -> body[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> body[at] = (byte) 0xff;
        case 3 -> body = Arrays.copyOf(body, at);
        case 4 -> {
          int to = Math.min(body.length, at + random.nextInt(16));
          System.arraycopy(seed, random.nextInt(seed.length - (to - at)), body, at, to - at);
        }
        default -> body[at]++;
      }
    }
    return body;
  }
}
