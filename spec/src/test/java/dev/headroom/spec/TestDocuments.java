package dev.headroom.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Words that the tests of this room share. */
final class TestDocuments {

  /** A document that is whole, for a body to be added to its {@code spec}. */
  static final String HEAD =
      "apiVersion: headroom.dev/v1alpha1\nkind: ScaledApp\nmetadata: {name: tracker}\nspec:\n";

  static final String WEB = "  services: {web: {command: [node], port: 3000}}\n";

  private TestDocuments() {}

  static String resource(String name) {
    try (InputStream in = TestDocuments.class.getResourceAsStream("/documents/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The effective document of files of this folder. */
  static ScaledApp load(String... names) {
    return Documents.parse(Arrays.stream(names).map(n -> new Source(n, resource(n))).toList());
  }

  static ServiceSpec service(ScaledApp app, String name) {
    return Objects.requireNonNull(app.services().get(name));
  }

  static ScaledApp parse(String... texts) {
    return Documents.parse(sources(texts));
  }

  /** What is said of the document, a line for each problem. */
  static List<String> problems(String... texts) {
    return problems(sources(texts));
  }

  static List<String> problems(List<Source> sources) {
    UserError error = catchThrowableOfType(UserError.class, () -> Documents.parse(sources));
    assertThat(error).as("the document is refused").isNotNull();
    assertThat(error.kind()).isEqualTo(UserError.Kind.USAGE);
    return String.valueOf(error.getMessage()).lines().toList();
  }

  private static List<Source> sources(String... texts) {
    return Arrays.stream(texts)
        .map(text -> new Source((char) ('a' + Arrays.asList(texts).indexOf(text)) + ".yaml", text))
        .toList();
  }
}
