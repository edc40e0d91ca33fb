package dev.headroom.spec;

import dev.headroom.base.Problem;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds what a {@link Value} refers to, on one machine: {@code {env: X}} in the environment, {@code
 * {file: P}} in a file relative to the working directory, {@code {secret: name/key}} in {@code
 * <state>/secrets/<name>/<key>}. Reads anew each time, so a rotated secret is seen.
 */
public final class Secrets {
  private static final int MAX_BYTES = 1 << 20;

  private final Map<String, String> environment;
  private final Path folder;

  /**
   * Over an environment and a state folder.
   *
   * @param state the folder that holds {@code secrets}; neither has to exist
   */
  public Secrets(Map<String, String> environment, Path state) {
    this.environment = Map.copyOf(environment);
    this.folder = state.resolve("secrets");
  }

  /**
   * The value itself.
   *
   * @param path where the document has it, for the message
   * @throws UserError of wrong use, naming where it was looked for
   */
  public String resolve(String path, Value value) {
    return switch (find(path, value)) {
      case Found found -> found.text;
      case Missing missing -> throw UserError.usage(List.of(missing.problem));
    };
  }

  /**
   * All values of a map, for example a service's environment.
   *
   * @throws UserError of wrong use, with all that were not found
   */
  public Map<String, String> resolve(String path, Map<String, Value> values) {
    Map<String, String> resolved = new LinkedHashMap<>();
    List<Problem> problems = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          switch (find(path + "." + name, value)) {
            case Found found -> resolved.put(name, found.text);
            case Missing missing -> problems.add(missing.problem);
          }
        });
    if (!problems.isEmpty()) {
      throw UserError.usage(problems);
    }
    return resolved;
  }

  /** Every value of the document that cannot be found now. */
  public List<Problem> check(ScaledApp app) {
    List<Problem> problems = new ArrayList<>();
    check("spec", app, problems);
    return problems;
  }

  private void check(String path, Object value, List<Problem> problems) {
    switch (value) {
      case Value reference -> {
        if (find(path, reference) instanceof Missing missing) {
          problems.add(missing.problem);
        }
      }
      case Optional<?> optional -> optional.ifPresent(inner -> check(path, inner, problems));
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          check(path + "[" + i + "]", list.get(i), problems);
        }
      }
      case Map<?, ?> map -> map.forEach((key, item) -> check(path + "." + key, item, problems));
      case Record section ->
          Key.of(section.getClass())
              .forEach(key -> check(path + "." + key.name(), key.get(section), problems));
      default -> {
        // A word: no secret.
      }
    }
  }

  private Result find(String path, Value value) {
    return switch (value) {
      case Value.Literal literal -> new Found(literal.text());
      case Value.Env env -> {
        String text = environment.get(env.variable());
        yield text != null
            ? new Found(text)
            : missing(
                path,
                "env " + env.variable(),
                "a variable of that name in the environment",
                "set it");
      }
      case Value.File file -> read(path, "file " + file.path(), file.path());
      case Value.Secret secret ->
          read(
              path,
              "secret " + secret.name() + "/" + secret.key(),
              folder.resolve(secret.name()).resolve(secret.key()));
    };
  }

  private static Result read(String path, String what, Path file) {
    Path place = file.toAbsolutePath().normalize();
    try (InputStream in = Files.newInputStream(place)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        return missing(path, what, "at most 1 MiB in " + place, "");
      }
      String text = new String(bytes, StandardCharsets.UTF_8);
      if (text.endsWith("\n")) {
        text = text.substring(0, text.length() - (text.endsWith("\r\n") ? 2 : 1));
      }
      return new Found(text);
    } catch (NoSuchFileException e) {
      return missing(path, what, "a file " + place, "write it there");
    } catch (IOException e) {
      return missing(path, what, "a readable file " + place, String.valueOf(e.getMessage()));
    }
  }

  private static Missing missing(String path, String what, String expected, String hint) {
    return new Missing(new Problem("document", 0, path, what + " not found", expected, hint));
  }

  private sealed interface Result {}

  private record Found(String text) implements Result {
    @Override
    public String toString() {
      return EffectiveDocument.REDACTED;
    }
  }

  private record Missing(Problem problem) implements Result {}
}
