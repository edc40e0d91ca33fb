package dev.headroom.spec;

import static dev.headroom.spec.TestDocuments.HEAD;
import static dev.headroom.spec.TestDocuments.WEB;
import static dev.headroom.spec.TestDocuments.resource;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

class JsonSchemaTest {
  private static final Path COMMITTED = Path.of("scaledapp.schema.json");

  /** {@code mvn test -Dheadroom.schema=write} brings the file up to date. */
  @Test
  void theCommittedSchemaIsTheOneOfTheRecords() throws Exception {
    if ("write".equals(System.getProperty("headroom.schema"))) {
      Files.writeString(COMMITTED, JsonSchema.ofScaledApp());
    }
    assertThat(Files.readString(COMMITTED)).isEqualTo(JsonSchema.ofScaledApp());
  }

  @ParameterizedTest
  @ValueSource(strings = {"minimal.yaml", "full.yaml", "design.yaml", "minimal.effective.yaml"})
  void goodDocumentsAreValid(String name) throws Exception {
    assertThat(validate(resource(name))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "  gatway: {}",
        "  gateway: {listen: 70000}",
        "  gateway: {listen: '80'}",
        "  gateway: {balance: random}",
        "  gateway: {idleTimeout: 30}",
        "  router: {pool: many}",
        "  nodes: {families: m7i}",
        "  migrate: {service: web}",
        "  database: {primary: {value: x}}",
        "  database: {durability: REQUIRED}"
      })
  void badDocumentsAreNot(String body) throws Exception {
    assertThat(validate(HEAD + WEB + body)).isNotEmpty();
  }

  private static List<String> validate(String yaml) throws Exception {
    Object document =
        new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(yaml);
    JsonNode json = new ObjectMapper().valueToTree(document);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(JsonSchema.ofScaledApp(), InputFormat.JSON)
        .validate(json)
        .stream()
        .map(ValidationMessage::getInstanceLocation)
        .map(Object::toString)
        .toList();
  }
}
