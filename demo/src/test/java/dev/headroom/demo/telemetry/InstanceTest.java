package dev.headroom.demo.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.demo.settings.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InstanceTest {
  @Test
  void isToldByTheEnvironment() {
    Instance instance =
        Instance.of(
            new Settings(
                Map.of(
                    "OTEL_SERVICE_NAME", "tracker",
                    "OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=api-3, host.name=n1,broken")),
            "api");
    assertThat(instance.service()).isEqualTo("tracker");
    assertThat(instance.id()).isEqualTo("api-3");
    assertThat(instance.attributes())
        .containsOnly(
            Map.entry("service.name", "tracker"),
            Map.entry("service.instance.id", "api-3"),
            Map.entry("host.name", "n1"));
  }

  @Test
  void hasDefaults() {
    Instance instance = Instance.of(new Settings(Map.of()), "mailer");
    assertThat(instance.service()).isEqualTo("mailer");
    assertThat(instance.id()).isEqualTo("mailer-" + ProcessHandle.current().pid());
  }
}
