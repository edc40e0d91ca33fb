package dev.headroom.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the API server asks of a structural schema, and that nothing of the document is lost. */
class StructuralSchemaTest {
  private static final Set<String> FORBIDDEN =
      Set.of("$ref", "definitions", "dependencies", "deprecated", "discriminator", "id");

  @Test
  void everyPartHasATypeOrSaysThatItHasNone() {
    structural("spec", StructuralSchema.ofSpec());
  }

  @Test
  void valuesWithUnitsMayBeNumbersOrText() {
    Map<?, ?> resources = at(service(), "properties", "resources", "properties");
    assertThat(at(resources, "memory").get("x-kubernetes-int-or-string")).isEqualTo(true);
    assertThat(at(resources, "cpu").get("pattern")).isEqualTo("^[0-9]{1,9}(\\.[0-9]{1,3})?m?$");
    assertThat(at(service(), "properties", "stopGrace").get("type")).isEqualTo("string");
  }

  @Test
  void aValueThatMayBeSecretIsLeftToWhoReadsIt() {
    assertThat(at(service(), "properties", "env", "additionalProperties").toString())
        .isEqualTo("{x-kubernetes-preserve-unknown-fields=true}");
  }

  @Test
  void whatIsNotBuiltYetIsRefused() {
    for (Key key : Key.of(ScaledApp.class)) {
      if (key.setting().notYet()) {
        Map<?, ?> property = at(StructuralSchema.ofSpec(), "properties", key.name());
        assertThat(String.valueOf(property.get("x-kubernetes-validations")))
            .contains("rule=false", "not yet");
      }
    }
  }

  @Test
  void defaultsAreSaidButNotWrittenIntoTheResource() {
    Map<?, ?> listen =
        at(StructuralSchema.ofSpec(), "properties", "router", "properties", "listen");
    assertThat(listen.get("description")).isEqualTo("Port; 0 picks a free one. Default: 6432.");
    assertThat(StructuralSchema.ofSpec().toString()).doesNotContain(", default=");
  }

  private static Map<?, ?> service() {
    return at(StructuralSchema.ofSpec(), "properties", "services", "additionalProperties");
  }

  private static Map<?, ?> at(Map<?, ?> schema, String... path) {
    Map<?, ?> here = schema;
    for (String key : path) {
      here = (Map<?, ?>) Objects.requireNonNull(here.get(key), key);
    }
    return here;
  }

  private static void structural(String path, Map<?, ?> schema) {
    assertThat(FORBIDDEN).as(path).noneMatch(schema::containsKey);
    assertThat(schema.get("additionalProperties")).as(path).isNotEqualTo(false);
    boolean untyped =
        schema.containsKey("x-kubernetes-int-or-string")
            || schema.containsKey("x-kubernetes-preserve-unknown-fields");
    assertThat(schema.containsKey("type")).as(path).isNotEqualTo(untyped);
    assertThat(schema.containsKey("properties") && schema.containsKey("additionalProperties"))
        .as(path)
        .isFalse();
    if (schema.get("properties") instanceof Map<?, ?> properties) {
      properties.forEach((key, value) -> structural(path + "." + key, (Map<?, ?>) value));
    }
    for (String inner : List.of("items", "additionalProperties")) {
      if (schema.get(inner) instanceof Map<?, ?> nested) {
        structural(path + "." + inner, nested);
      }
    }
  }
}
