package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstanceTypesTest {
  private final InstanceTypes catalogue = InstanceTypes.bundled();

  @Test
  void knowsARealType() {
    assertThat(catalogue.byPrice())
        .contains(
            new InstanceType(
                "c7i.large",
                "c7i",
                "amd64",
                new Cpu(2000),
                ByteSize.mebibytes(4096),
                new Cpu(1930),
                ByteSize.mebibytes(3114),
                29,
                0.08925));
  }

  @Test
  void isInTheOrderOfPriceAndGivesLessThanThereIs() {
    assertThat(catalogue.byPrice())
        .hasSizeGreaterThan(300)
        .isSortedAccordingTo(Comparator.comparingDouble(InstanceType::pricePerHour))
        .allMatch(type -> type.allocatableCpu().compareTo(type.cpu()) < 0)
        .allMatch(type -> type.allocatableMemory().compareTo(type.memory()) < 0)
        .allMatch(type -> type.pricePerHour() > 0 && type.maxPods() > 0);
    assertThat(catalogue.byPrice())
        .extracting(InstanceType::architecture)
        .contains("amd64", "arm64");
  }

  @Test
  void findsTheTypesOfFamilies() {
    assertThat(catalogue.inFamilies(List.of("m7i", "c7i")))
        .first()
        .extracting(InstanceType::name)
        .isEqualTo("c7i.large");
  }
}
