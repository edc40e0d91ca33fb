package dev.headroom.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import dev.headroom.operator.Installer.Outcome;
import dev.headroom.operator.Installer.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InstallerTest {
  private static final Installation INSTALLATION =
      new Installation("headroom-system", "registry.example/headroom:0.1.0", "", true);

  @Test
  void installsOnceAndChangesNothingTheSecondTime() {
    try (ClusterDouble cluster = new ClusterDouble(Set.of())) {
      Installer installer = new Installer(cluster.client());
      List<Step> told = new ArrayList<>();
      assertThat(installer.apply(INSTALLATION, told::add))
          .hasSameSizeAs(INSTALLATION.objects())
          .allMatch(step -> step.outcome() == Outcome.CREATED);
      assertThat(told).hasSameSizeAs(INSTALLATION.objects());
      assertThat(installer.apply(INSTALLATION, step -> {}))
          .allMatch(step -> step.outcome() == Outcome.UNCHANGED);
      assertThat(
              installer.apply(
                  new Installation("headroom-system", "registry.example/headroom:2", "", true),
                  step -> {}))
          .filteredOn(step -> step.outcome() == Outcome.CONFIGURED)
          .containsExactly(new Step("Deployment/headroom-operator", Outcome.CONFIGURED));
    }
  }

  @Test
  void aMetricsApiOfSomebodyElseIsNotSeized() {
    try (ClusterDouble cluster = new ClusterDouble(Set.of())) {
      cluster
          .client()
          .resource(
              Manifest.object(
                  "apiregistration.k8s.io/v1",
                  "APIService",
                  Manifest.named(Installation.API_SERVICE, Map.of()),
                  Manifest.map(
                      "spec",
                      Manifest.map(
                          "service", Manifest.map("name", "keda-metrics", "namespace", "keda")))))
          .create();
      Installer installer = new Installer(cluster.client());
      assertThatThrownBy(() -> installer.dryRun(INSTALLATION))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("belongs to keda/keda-metrics")
          .hasMessageContaining("--no-metrics-api");
      assertThat(installer.apply(new Installation("headroom-system", "i", "", false), step -> {}))
          .noneMatch(step -> step.object().startsWith("APIService"));
    }
  }
}
