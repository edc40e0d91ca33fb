package dev.headroom.operator;

import dev.headroom.base.UserError;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Source;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads a resource as the document that it is, with all that is wrong with it at once. */
final class DocumentReader {
  private DocumentReader() {}

  /** What reading comes to. */
  sealed interface Reading {

    /** A document that may be carried out. */
    record Valid(ScaledApp document) implements Reading {}

    /** What is wrong, a line each. */
    record Invalid(String problems) implements Reading {}
  }

  static Reading read(String name, Map<String, Object> spec) {
    // The API server keeps no lines: there is one.
    String text =
        Serialization.asJson(
            Manifest.map(
                "apiVersion",
                ScaledApp.API_VERSION,
                "kind",
                ScaledApp.KIND,
                "metadata",
                Map.of("name", name),
                "spec",
                spec));
    try {
      ScaledApp document = Documents.parse(List.of(new Source(name, text)));
      List<String> problems = KubernetesRules.problems(document, spec);
      return problems.isEmpty()
          ? new Reading.Valid(document)
          : new Reading.Invalid(String.join("\n", problems));
    } catch (UserError e) {
      String place = name + ":1: ";
      return new Reading.Invalid(
          e.getMessage()
              .lines()
              .map(line -> line.startsWith(place) ? line.substring(place.length()) : line)
              .collect(Collectors.joining("\n")));
    }
  }
}
