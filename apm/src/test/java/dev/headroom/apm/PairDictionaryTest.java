package dev.headroom.apm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PairDictionaryTest {
  private final PairDictionary pairs = new PairDictionary();

  @Test
  void aPairGetsItsNumberWhenItComesAgain() {
    assertThat(pairs.id("a", "x")).isNegative();
    assertThat(pairs.id("a", "x")).isZero();
    assertThat(pairs.id("a", "x")).isZero();
    assertThat(pairs.id("a", 1L)).isNegative();
    assertThat(pairs.id("a", 1L)).isEqualTo(1);
    assertThat(pairs.pair(1)).isEqualTo(new PairDictionary.Pair("a", 1L));
    assertThat(pairs.pair(2)).isNull();
    pairs.clear();
    assertThat(pairs.size()).isZero();
    assertThat(pairs.pair(0)).isNull();
  }

  @Test
  void takesNoMoreThanItsBound() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < PairDictionary.MOST + 1_000; i++) {
        pairs.id("key", (long) i);
        pairs.id("key", (long) i);
      }
    }
    assertThat(pairs.size()).isEqualTo(PairDictionary.MOST);
    assertThat(pairs.id("key", -5L)).isNegative();
    assertThat(pairs.id("key", -5L)).isNegative();
  }

  /* With 31 as the factor there were 20,000 hashes for these. */
  @Test
  void numberedKeysAndValuesDoNotFallTogether() {
    Set<Integer> hashes = new HashSet<>();
    for (int key = 0; key < 97; key++) {
      for (int value = 0; value < 1_000; value++) {
        hashes.add(PairDictionary.hash("attribute.key." + key, "value-" + value));
      }
    }
    assertThat(hashes).hasSizeGreaterThan(96_900);
  }
}
