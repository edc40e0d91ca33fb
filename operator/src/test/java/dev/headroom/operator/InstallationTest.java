package dev.headroom.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InstallationTest {
  private static final Installation INSTALLATION =
      new Installation("headroom-system", "registry.example/headroom:0.1.0", "prod", true);

  @Test
  void printsEveryObjectAsYaml() {
    List<String> kinds =
        Stream.of(INSTALLATION.print().split("---\n"))
            .filter(text -> !text.isEmpty())
            .map(text -> Serialization.unmarshal(text, GenericKubernetesResource.class).getKind())
            .toList();
    assertThat(kinds)
        .isEqualTo(INSTALLATION.objects().stream().map(object -> object.getKind()).toList());
    assertThat(INSTALLATION.print()).contains("CustomResourceDefinition", "APIService");
  }

  @Test
  void anotherOwnerOfTheMetricsApiIsLeftAlone() {
    assertThat(new Installation("x", "i", "", false).print()).doesNotContain("APIService");
  }

  @Test
  void noPermissionHasAWildcard() {
    List<PolicyRule> rules =
        INSTALLATION.objects().stream()
            .filter(object -> object.getKind().equals("ClusterRole"))
            .map(object -> typed(object, ClusterRole.class))
            .flatMap(role -> role.getRules().stream())
            .toList();
    assertThat(rules).hasSizeGreaterThan(Kind.values().length);
    assertThat(rules)
        .allSatisfy(
            rule ->
                assertThat(
                        Stream.of(rule.getApiGroups(), rule.getResources(), rule.getVerbs())
                            .flatMap(List::stream))
                    .isNotEmpty()
                    .doesNotContain("*"));
  }

  @Test
  void secretsAreNeverRead() {
    assertThat(Kind.SECRET.verbs()).doesNotContain("get", "list", "watch");
  }

  @Test
  void aDocumentIsValidByTheDefinition() {
    assertThat(
            problems(
                """
                {"services": {"web": {"image": "x:1", "port": 3000,
                   "env": {"A": "b", "C": {"secret": "smtp/password"}, "D": 5},
                   "resources": {"cpu": "1.5", "memory": 536870912}, "targets": {"cpu": "70%"}}},
                 "router": {"pool": "auto"}, "redis": {"shards": 3}}
                """))
        .isEmpty();
  }

  @Test
  void wrongUnitsAndBoundsAreNot() {
    assertThat(problems("{\"services\": {\"web\": {\"resources\": {\"cpu\": \"2 cores\"}}}}"))
        .isNotEmpty();
    assertThat(problems("{\"services\": {}, \"router\": {\"listen\": 70000}}")).isNotEmpty();
    assertThat(problems("{\"services\": {}, \"gateway\": {\"balance\": \"fair\"}}")).isNotEmpty();
    assertThat(problems("{}")).isNotEmpty();
  }

  private static List<String> problems(String spec) {
    CustomResourceDefinition definition =
        typed(Installation.definition(), CustomResourceDefinition.class);
    JsonNode schema =
        new ObjectMapper()
            .valueToTree(
                definition
                    .getSpec()
                    .getVersions()
                    .getFirst()
                    .getSchema()
                    .getOpenAPIV3Schema()
                    .getProperties()
                    .get("spec"));
    try {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
          .getSchema(schema)
          .validate(new ObjectMapper().readTree(spec))
          .stream()
          .map(ValidationMessage::getMessage)
          .toList();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static <T> T typed(GenericKubernetesResource object, Class<T> type) {
    return Serialization.unmarshal(Serialization.asJson(object), type);
  }
}
