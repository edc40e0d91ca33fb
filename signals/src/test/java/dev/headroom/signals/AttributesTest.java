package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class AttributesTest {
  @Test
  void theOrderOfKeysDoesNotMatter() {
    Attributes one = Attributes.of("b", 1, "a", "x");
    Attributes other = Attributes.of("a", "x", "b", 1L);
    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one.toMap().keySet()).containsExactly("a", "b");
    assertThat(one).isNotEqualTo(Attributes.of("a", "x", "b", 1.0));
  }

  @Test
  void valuesKeepTheirTypes() {
    Attributes all = Attributes.of("l", 1L, "d", 1.5, "b", true, "s", "t", "list", List.of("x"));
    assertThat(all.number("l")).hasValue(1);
    assertThat(all.number("d")).isEmpty();
    assertThat(all.get("b")).isEqualTo(true);
    assertThat(all.text("d")).hasValue("1.5");
    assertThat(all.get("list")).isEqualTo(List.of("x"));
    assertThat(all.get("absent")).isNull();
  }

  @Test
  void withReplacesAndAdds() {
    Attributes some = Attributes.of("a", 1L);
    assertThat(some.with("a", 2L)).isEqualTo(Attributes.of("a", 2L));
    assertThat(some.with("0", 2L)).isEqualTo(Attributes.of("0", 2L, "a", 1L));
    assertThat(some).isEqualTo(Attributes.of("a", 1L));
  }

  @Test
  void pairsFromTheWireAreSortedAndTheLastOfEqualKeysCounts() {
    Attributes read =
        Attributes.ofPairs(
            new String[] {"c", "a", "b", "a", "unused"}, new Object[] {1L, 2L, 3L, 4L, 5L}, 4);
    assertThat(read).isEqualTo(Attributes.of("a", 4L, "b", 3L, "c", 1L));
  }

  @Test
  void refusesOtherTypes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Attributes.of("a", Thread.currentThread()))
        .withMessageContaining("expected: string, number, boolean or list");
  }
}
