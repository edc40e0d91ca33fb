package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArchitectureTest {

  @Test
  void knowsBothNamesOfEach() {
    assertThat(Architecture.of("Linux", "amd64")).isEqualTo(Architecture.X86_64);
    assertThat(Architecture.of("Linux", "aarch64")).isEqualTo(Architecture.ARM_64);
  }

  @Test
  void refusesOthers() {
    assertThatThrownBy(() -> Architecture.of("Mac OS X", "aarch64"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Mac OS X on aarch64");
  }

  @ParameterizedTest
  @EnumSource
  void serversAreOnTheClassPath(Architecture architecture) {
    assertThat(Architecture.class.getResource(architecture.postgresResource())).isNotNull();
    assertThat(Architecture.class.getResource(architecture.redisResource())).isNotNull();
  }
}
