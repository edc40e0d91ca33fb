package dev.headroom.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads YAML 1.2 with the core schema (JSON is a part of it) into a {@link Tree}.
 *
 * @see <a href="https://yaml.org/spec/1.2.2/">YAML 1.2.2</a>
 */
final class YamlReader {
  /*
   * The tree is built from the parser's events and not by the library's composer, which recurses
   * without a bound and knows nothing of repeated keys. Nesting and size are checked as events
   * arrive; an alias counts as often as it is used, so a small text cannot stand for a large tree.
   */
  static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NODES = 50_000;
  private static final String MERGE = "<<";

  private final Source source;
  private final Problems problems;
  private final Iterator<Event> events;
  private final ScalarResolver resolver = new CoreSchema().getScalarResolver();
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int nodes;

  private YamlReader(Source source, String text, Problems problems) {
    this.source = source;
    this.problems = problems;
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(source.name())
            .setCodePointLimit(MAX_BYTES)
            .setSchema(new CoreSchema())
            .build();
    this.events = new Parse(settings).parseString(text).iterator();
  }

  /** An empty map for a text without content; empty when the text is not YAML, which is told. */
  static Optional<Tree.Mapping> read(Source source, Problems problems) {
    String text = source.text().startsWith("\uFEFF") ? source.text().substring(1) : source.text();
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      problems.add(
          new Place(source.name(), 0), "", bytes + " bytes", "a document of at most 1 MiB", "");
      return Optional.empty();
    }
    try {
      return new YamlReader(source, text, problems).document();
    } catch (Refused e) {
      problems.add(e.place, "", e.value, e.expected, e.hint);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(m -> m.getLine() + 1).orElse(0);
      notYaml(source, line, e.getProblem(), problems);
    } catch (ReaderException e) {
      int position = Math.min(e.getPosition(), text.length());
      int line = 1 + (int) text.substring(0, position).chars().filter(c -> c == '\n').count();
      problems.add(
          new Place(source.name(), line),
          "",
          "character U+%04X".formatted(e.getCodePoint()),
          "printable text in UTF-8",
          "");
    } catch (YamlEngineException e) {
      notYaml(source, 0, String.valueOf(e.getMessage()), problems);
    }
    return Optional.empty();
  }

  private static void notYaml(Source source, int line, String problem, Problems problems) {
    String told = problem.lines().findFirst().orElse("unreadable");
    boolean tab = told.contains("TAB");
    problems.add(
        new Place(source.name(), line),
        "",
        tab ? "a tab" : told,
        tab ? "spaces: YAML allows no tabs in the indentation" : "YAML",
        "");
  }

  private Optional<Tree.Mapping> document() {
    Place start = new Place(source.name(), 1);
    Tree root = Tree.Mapping.empty(start);
    boolean seen = false;
    while (events.hasNext()) {
      Event event = events.next();
      switch (event.getEventId()) {
        case DocumentStart -> {
          if (seen) {
            throw new Refused(
                place(event), "a second document", "one document in a file", "use a file for each");
          }
          seen = true;
          root = tree(events.next(), 0);
        }
        default -> {
          // Start and end of the stream, end of the document.
        }
      }
    }
    return switch (root) {
      case Tree.Mapping map -> Optional.of(map);
      case Tree.Scalar scalar when scalar.kind() == Tree.Kind.NULL ->
          Optional.of(Tree.Mapping.empty(start));
      default ->
          throw new Refused(
              root.place(),
              root.describe(),
              "a map with the keys apiVersion, kind, metadata, spec",
              "");
    };
  }

  private Tree tree(Event event, int depth) {
    if (depth > MAX_DEPTH) {
      throw new Refused(place(event), "", "at most " + MAX_DEPTH + " levels", "");
    }
    count(event, 1);
    if (event instanceof AliasEvent alias) {
      String name = alias.getAlias().getValue();
      Anchored target = anchors.get(name);
      if (target == null) {
        throw new Refused(
            place(event), "*" + name, "an anchor that ends before it is used: &" + name, "");
      }
      count(event, target.nodes);
      return target.tree;
    }
    int before = nodes;
    Tree tree =
        switch (event) {
          case ScalarEvent scalar -> scalar(scalar);
          case SequenceStartEvent sequence -> sequence(sequence, depth);
          case MappingStartEvent mapping -> mapping(mapping, depth);
          default -> throw new Refused(place(event), event.toString(), "a value", "");
        };
    ((NodeEvent) event)
        .getAnchor()
        .ifPresent(a -> anchors.put(a.getValue(), new Anchored(tree, nodes - before)));
    return tree;
  }

  private void count(Event event, int more) {
    nodes += more;
    if (nodes > MAX_NODES) {
      throw new Refused(
          place(event), "", "at most " + MAX_NODES + " values, aliases counted in full", "");
    }
  }

  private Tree sequence(SequenceStartEvent start, int depth) {
    refuseTag(start, start.getTag(), Tag.SEQ);
    List<Tree> items = new ArrayList<>();
    Event event = events.next();
    while (event.getEventId() != Event.ID.SequenceEnd) {
      items.add(tree(event, depth + 1));
      event = events.next();
    }
    return new Tree.Sequence(place(start), items);
  }

  private Tree mapping(MappingStartEvent start, int depth) {
    refuseTag(start, start.getTag(), Tag.MAP);
    Map<String, Tree.Entry> entries = new LinkedHashMap<>();
    Map<String, Tree.Entry> merged = new LinkedHashMap<>();
    Event event = events.next();
    while (event.getEventId() != Event.ID.MappingEnd) {
      Tree key = tree(event, depth + 1);
      Tree value = tree(events.next(), depth + 1);
      if (!(key instanceof Tree.Scalar name)) {
        problems.add(key.place(), "", key.describe(), "text as a key", "");
      } else if (name.text().equals(MERGE)) {
        merge(value, merged);
      } else {
        Tree.Entry earlier = entries.get(name.text());
        if (earlier != null) {
          problems.add(
              key.place(),
              name.describe(),
              "",
              "a key only once in its map",
              "it is on line " + earlier.key().line() + " already");
        }
        entries.put(name.text(), new Tree.Entry(key.place(), value));
      }
      event = events.next();
    }
    merged.forEach(entries::putIfAbsent);
    return new Tree.Mapping(place(start), entries);
  }

  /* `<<: *defaults`, which YAML 1.2 left out and everybody kept: keys written beside it win. */
  private void merge(Tree value, Map<String, Tree.Entry> into) {
    switch (value) {
      case Tree.Mapping map -> map.entries().forEach(into::putIfAbsent);
      case Tree.Sequence list
          when list.items().stream().allMatch(item -> item instanceof Tree.Mapping) ->
          list.items().forEach(item -> merge(item, into));
      default ->
          problems.add(value.place(), MERGE, value.describe(), "a map or a list of maps", "");
    }
  }

  private Tree scalar(ScalarEvent event) {
    Tree.Kind kind =
        event
            .getTag()
            .map(tag -> tagged(event, tag))
            .orElseGet(() -> kind(resolver.resolve(event.getValue(), event.isPlain()), event));
    return new Tree.Scalar(place(event), kind, event.getValue());
  }

  private Tree.Kind tagged(Event event, String tag) {
    // "!" alone says: not plain, hence text.
    return tag.equals("!") ? Tree.Kind.TEXT : kind(new Tag(tag), event);
  }

  private Tree.Kind kind(Tag tag, Event event) {
    if (tag.equals(Tag.STR) || tag.equals(Tag.MERGE)) {
      return Tree.Kind.TEXT;
    } else if (tag.equals(Tag.INT)) {
      return Tree.Kind.INT;
    } else if (tag.equals(Tag.FLOAT)) {
      return Tree.Kind.FLOAT;
    } else if (tag.equals(Tag.BOOL)) {
      return Tree.Kind.BOOL;
    } else if (tag.equals(Tag.NULL)) {
      return Tree.Kind.NULL;
    }
    throw new Refused(
        place(event), tag.getValue(), "no tag, or one of !!str !!int !!float !!bool !!null", "");
  }

  private void refuseTag(Event event, Optional<String> tag, Tag allowed) {
    if (tag.isPresent() && !tag.get().equals("!") && !new Tag(tag.get()).equals(allowed)) {
      throw new Refused(place(event), tag.get(), "no tag", "");
    }
  }

  private Place place(Event event) {
    return new Place(source.name(), event.getStartMark().map(m -> m.getLine() + 1).orElse(0));
  }

  /** What an anchor stands for, and how many values that are. */
  private record Anchored(Tree tree, int nodes) {}

  /** Ends the reading of this source. */
  private static final class Refused extends RuntimeException {
    private final transient Place place;
    private final String value;
    private final String expected;
    private final String hint;

    Refused(Place place, String value, String expected, String hint) {
      super(expected.toLowerCase(Locale.ROOT), null, false, false);
      this.place = place;
      this.value = value;
      this.expected = expected;
      this.hint = hint;
    }
  }
}
