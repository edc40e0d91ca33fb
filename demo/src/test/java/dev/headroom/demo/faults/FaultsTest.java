package dev.headroom.demo.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.demo.settings.WrongUse;
import java.util.EnumSet;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FaultsTest {
  @Test
  void readsLists() {
    assertThat(Faults.parse("all").all()).hasSize(Fault.values().length);
    assertThat(Faults.parse("none").all()).isEmpty();
    assertThat(Faults.parse("n1-board, slow-audit").all())
        .containsExactly(Fault.N1_BOARD, Fault.SLOW_AUDIT);
    assertThat(Faults.parse("all,-n1-board").all())
        .isEqualTo(EnumSet.complementOf(EnumSet.of(Fault.N1_BOARD)));
    assertThat(Faults.parse("-n1-board").all())
        .isEqualTo(EnumSet.complementOf(EnumSet.of(Fault.N1_BOARD)));
  }

  @Test
  void refusesUnknownOnes() {
    assertThatThrownBy(() -> Faults.parse("n1-bord"))
        .isInstanceOf(WrongUse.class)
        .hasMessageStartingWith("DEMO_FAULTS: n1-bord (expected: all, none, or of n1-projects ");
  }

  @Test
  void theFileNamesEverySwitchAndTheCountsOfEachKind() {
    assertThat(KnownFault.all().stream().map(KnownFault::fault).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Fault.values());
    assertThat(KnownFault.all().stream().map(KnownFault::id)).doesNotHaveDuplicates();
    assertThat(
            KnownFault.all().stream()
                .collect(Collectors.groupingBy(KnownFault::kind, Collectors.counting())))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("slow-endpoint", 8L),
                Map.entry("n-plus-one", 5L),
                Map.entry("slow-query", 15L),
                Map.entry("missing-index", 12L),
                Map.entry("rewrite", 8L),
                Map.entry("materialised-view", 3L),
                Map.entry("cacheable-endpoint", 6L),
                Map.entry("blocking-report", 1L),
                Map.entry("pool", 1L),
                Map.entry("assets", 1L),
                Map.entry("downstream", 1L)));
    assertThat(
            KnownFault.all().stream()
                .filter(fault -> fault.kind().equals("slow-query"))
                .filter(fault -> fault.visible().orElseThrow()))
        .hasSize(12);
  }
}
