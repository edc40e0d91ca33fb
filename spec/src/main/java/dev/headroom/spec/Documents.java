package dev.headroom.spec;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code ScaledApp} documents. */
public final class Documents {
  private Documents() {}

  /**
   * The effective document of files, each laid over those before it.
   *
   * @throws UserError of wrong use, with all problems at once
   */
  public static ScaledApp load(List<Path> files) {
    Problems problems = new Problems();
    List<Source> sources = new ArrayList<>();
    for (Path file : files) {
      text(file, problems).ifPresent(text -> sources.add(new Source(file.toString(), text)));
    }
    return effective(sources, files.stream().map(Path::toString).toList(), problems);
  }

  /**
   * The effective document of texts, each laid over those before it.
   *
   * @throws UserError of wrong use, with all problems at once
   */
  public static ScaledApp parse(List<Source> sources) {
    return effective(sources, sources.stream().map(Source::name).toList(), new Problems());
  }

  private static ScaledApp effective(List<Source> sources, List<String> names, Problems problems) {
    if (names.isEmpty()) {
      throw UserError.usage("no document (expected: at least one file); give one with -f");
    }
    List<Tree.Mapping> trees = new ArrayList<>();
    for (Source source : sources) {
      YamlReader.read(source, problems).ifPresent(trees::add);
    }
    if (trees.size() < names.size()) {
      // What is missing would only look like many more mistakes.
      problems.throwIfAny(names);
    }
    Tree.Mapping tree = Tree.Mapping.empty(new Place(names.getFirst(), 1));
    for (Tree.Mapping layer : trees) {
      tree = Overlay.merge(tree, layer);
    }
    Optional<ScaledApp> app = app(tree, new Place(names.getFirst(), 1), problems);
    problems.throwIfAny(names);
    return app.orElseThrow(() -> new IllegalStateException("no document and no problem"));
  }

  private static Optional<ScaledApp> app(Tree.Mapping tree, Place start, Problems problems) {
    Binder binder = new Binder(problems);
    String name = Envelope.check(tree, start, binder, problems);
    Tree.Mapping spec =
        tree.find("spec").orElse(null) instanceof Tree.Mapping map
            ? map
            : Tree.Mapping.empty(start);
    Place place = tree.nearest("spec");
    return binder
        .section(ScaledApp.class, spec, place, "spec", Map.of("name", name))
        .map(app -> new Rules(tree, problems).hold(app));
  }

  private static Optional<String> text(Path file, Problems problems) {
    Place place = new Place(file.toString(), 0);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(YamlReader.MAX_BYTES + 1);
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      problems.add(place, "", "bytes that are no text", "YAML in UTF-8", "");
    } catch (NoSuchFileException e) {
      problems.add(place, "", "no such file", "a document", "");
    } catch (IOException e) {
      String reason = Files.isDirectory(file) ? "a folder" : String.valueOf(e.getMessage());
      problems.add(place, "", reason, "a document that can be read", "");
    }
    return Optional.empty();
  }
}
