package dev.headroom.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.gateway.LimitStatus.Offender;
import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.identity.ClientAddress;
import dev.headroom.spec.CallerKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class OffendersTest {
  private final Offenders offenders = new Offenders();

  private void refused(int address) {
    offenders.refused(
        address, Caller.UNKNOWN, CallerKind.IP, new ClientAddress("10.0.0." + address, address));
  }

  @Test
  void the_heavy_ones_are_found_among_any_number_of_light_ones() {
    for (int i = 0; i < 20_000; i++) {
      refused(1);
      refused(i % 3 == 0 ? 2 : 1000 + i);
    }

    List<Offender> worst = offenders.drain(10);

    assertThat(worst).hasSize(10);
    assertThat(worst.get(0)).isEqualTo(new Offender("ip:10.0.0.1", 20_000));
    assertThat(worst.get(1).caller()).isEqualTo("ip:10.0.0.2");
    assertThat(offenders.drain(10)).as("a new beginning").isEmpty();
  }

  @Test
  void the_worst_of_the_last_cells_are_added_up() {
    RecentOffenders recent = new RecentOffenders(2);
    recent.add(List.of(new Offender("a", 100)));
    recent.add(List.of(new Offender("b", 5), new Offender("c", 4)));
    recent.add(List.of(new Offender("c", 3)));

    assertThat(recent.worst(2)).containsExactly(new Offender("c", 7), new Offender("b", 5));
  }
}
