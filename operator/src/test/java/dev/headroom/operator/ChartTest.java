package dev.headroom.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The Helm chart holds the objects of {@link Installation}, with its values left open. {@code mvn
 * test -Dheadroom.chart=write} brings it up to date.
 */
class ChartTest {
  private static final Path CHART = Path.of("chart/headroom");
  private static final Set<String> METRICS =
      Set.of(
          "Service", "APIService", "headroom-metrics-reader", "headroom-operator-authentication");

  private static final Installation OPEN =
      new Installation(
          "{{ .Release.Namespace }}", "{{ .Values.image }}", "{{ .Values.clusterName }}", true);

  private static final String NOT_SEIZED =
      """
      {{- if and .Release.IsInstall (.Capabilities.APIVersions.Has "external.metrics.k8s.io/v1beta1") }}
      {{- fail "external.metrics.k8s.io is served by somebody else (expected: nobody); with --set metricsApi=false it is left to them, and services scale on CPU alone" }}
      {{- end }}
      """;

  @BeforeAll
  static void write() throws IOException {
    if ("write".equals(System.getProperty("headroom.chart"))) {
      for (Map.Entry<Path, String> file : files().entrySet()) {
        Files.createDirectories(file.getKey().getParent());
        Files.writeString(file.getKey(), file.getValue());
      }
    }
  }

  private static Map<Path, String> files() {
    Map<Path, String> files = new LinkedHashMap<>();
    files.put(CHART.resolve("crds/scaledapps.yaml"), yaml(Stream.of(Installation.definition())));
    files.put(
        CHART.resolve("templates/operator.yaml"),
        yaml(
            OPEN.objects().stream()
                .filter(Predicate.not(ChartTest::isMetrics))
                // Helm makes the namespace, and takes definitions from their own folder.
                .filter(
                    object ->
                        !Set.of("Namespace", "CustomResourceDefinition")
                            .contains(object.getKind()))));
    files.put(
        CHART.resolve("templates/metrics-api.yaml"),
        "{{- if .Values.metricsApi }}\n"
            + NOT_SEIZED
            + yaml(OPEN.objects().stream().filter(ChartTest::isMetrics))
            + "{{- end }}\n");
    return files;
  }

  private static boolean isMetrics(GenericKubernetesResource object) {
    return METRICS.contains(object.getKind()) || METRICS.contains(object.getMetadata().getName());
  }

  private static String yaml(Stream<GenericKubernetesResource> objects) {
    return objects.map(Serialization::asYaml).collect(Collectors.joining());
  }

  @Test
  void theCommittedChartIsThatOfTheInstallation() throws IOException {
    for (Map.Entry<Path, String> file : files().entrySet()) {
      assertThat(Files.readString(file.getKey()))
          .as(file.getKey() + ": -Dheadroom.chart=write brings it up to date")
          .isEqualTo(file.getValue());
    }
  }

  /** The native Helm that the tests carry is for Linux on x86-64. */
  static boolean hasHelm() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  @Test
  @EnabledIf("hasHelm")
  void helmLints() {
    LintResult result = new Helm(CHART.toAbsolutePath()).lint().strict().call();
    assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
  }

  @Test
  @EnabledIf("hasHelm")
  void helmMakesTheSameObjectsAsInstall() {
    Installation installation =
        new Installation("platform", "registry.example/headroom:9", "prod", true);
    List<Object> wanted =
        installation.objects().stream()
            .filter(
                object ->
                    !Set.of("Namespace", "CustomResourceDefinition").contains(object.getKind()))
            .map(ChartTest::tree)
            .toList();
    assertThat(rendered("platform", "registry.example/headroom:9", "prod", true))
        .containsExactlyInAnyOrderElementsOf(wanted);
  }

  @Test
  @EnabledIf("hasHelm")
  void withoutTheMetricsApiNothingOfItIsMade() {
    assertThat(rendered("x", "y", "", false).toString())
        .doesNotContain("APIService", "metrics-reader")
        .contains("Deployment");
  }

  private static List<Object> rendered(
      String namespace, String image, String clusterName, boolean metricsApi) {
    String text =
        new Helm(CHART.toAbsolutePath())
            .template()
            .withName("headroom")
            .withKubeVersion("v1.34.0")
            .withNamespace(namespace)
            .set("image", image)
            .set("clusterName", clusterName)
            .set("metricsApi", metricsApi)
            .call();
    return Stream.of(text.split("(?m)^---$"))
        .filter(part -> part.contains("kind:"))
        .map(part -> tree(Serialization.unmarshal(part, GenericKubernetesResource.class)))
        .toList();
  }

  private static Object tree(GenericKubernetesResource object) {
    return Serialization.unmarshal(Serialization.asJson(object), Map.class);
  }
}
