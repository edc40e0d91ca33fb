package dev.headroom.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The schemas of the CustomResourceDefinitions of Karpenter, CloudNativePG and the
 * VerticalPodAutoscaler, from a folder beside this repository: {@code shared/data/crds} of a folder
 * above, or {@code -Dheadroom.crds=FOLDER}. Objects are closed: a field that the API server would
 * drop is a mistake here. Their CEL rules are not evaluated.
 */
final class UpstreamSchemas {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, JsonSchema> byKind = new HashMap<>();

  private UpstreamSchemas(Path folder) throws IOException {
    for (String file :
        List.of(
            "karpenter.sh_nodepools.yaml",
            "karpenter.k8s.aws_ec2nodeclasses.yaml",
            "postgresql.cnpg.io_clusters.yaml",
            "vpa-v1-crd-gen.yaml")) {
      for (String text : Files.readString(folder.resolve(file)).split("(?m)^---$")) {
        if (!text.isBlank()) {
          add(Serialization.unmarshal(text, CustomResourceDefinition.class));
        }
      }
    }
  }

  /** Empty where the folder is absent. */
  static Optional<UpstreamSchemas> find() {
    return folder()
        .map(
            folder -> {
              try {
                return new UpstreamSchemas(folder);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private static Optional<Path> folder() {
    String told = System.getProperty("headroom.crds");
    if (told != null) {
      return Optional.of(Path.of(told));
    }
    for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
      Path folder = here.resolve("shared/data/crds");
      if (Files.isDirectory(folder)) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  private void add(CustomResourceDefinition definition) {
    definition
        .getSpec()
        .getVersions()
        .forEach(
            version -> {
              JsonNode schema = JSON.valueToTree(version.getSchema().getOpenAPIV3Schema());
              close(schema);
              byKind.put(
                  definition.getSpec().getGroup()
                      + "/"
                      + version.getName()
                      + " "
                      + definition.getSpec().getNames().getKind(),
                  JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(schema));
            });
  }

  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object
        && object.path("properties").isObject()
        && !object.has("additionalProperties")
        && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
      object.put("additionalProperties", false);
    }
    schema.forEach(UpstreamSchemas::close);
  }

  boolean know(GenericKubernetesResource object) {
    return byKind.containsKey(object.getApiVersion() + " " + object.getKind());
  }

  List<String> problems(GenericKubernetesResource object) {
    JsonSchema schema = byKind.get(object.getApiVersion() + " " + object.getKind());
    if (schema == null) {
      throw new IllegalArgumentException(object.getApiVersion() + " " + object.getKind());
    }
    ObjectNode json = JSON.valueToTree(object);
    // Typed as a bare object, which has no fields that could be wrong.
    json.putObject("metadata");
    return schema.validate(json).stream().map(ValidationMessage::getMessage).toList();
  }
}
