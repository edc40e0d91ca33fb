package dev.headroom.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private final List<String> closed = new ArrayList<>();

  @Test
  void closesInReverseOrderEvenIfOneFails() {
    Lifecycle lifecycle = new Lifecycle();
    lifecycle.add(component("first"));
    lifecycle.add(component("broken"));
    lifecycle.add(component("last"));

    lifecycle.close();
    lifecycle.close();

    assertThat(closed).containsExactly("last", "broken", "first");
  }

  @Test
  void whatStartsAfterTheStopIsClosedAtOnce() {
    Lifecycle lifecycle = new Lifecycle();
    lifecycle.close();

    assertThatThrownBy(() -> lifecycle.add(component("late")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(closed).containsExactly("late");
  }

  @Test
  void nearestKey() {
    List<String> keys = List.of("replicas", "resources", "port", "command");
    assertThat(Problem.nearest("replica", keys)).contains("replicas");
    assertThat(Problem.nearest("Port", keys)).contains("port");
    assertThat(Problem.nearest("zebra", keys)).isEmpty();
  }

  private Component component(String name) {
    return new Component() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Health check() {
        return Health.up();
      }

      @Override
      public void close() {
        closed.add(name);
        if (name.equals("broken")) {
          throw new IllegalStateException("on purpose");
        }
      }
    };
  }
}
