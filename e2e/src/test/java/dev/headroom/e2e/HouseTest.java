package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rank table of ARCHITECTURE.md, held against the modules as they are. */
class HouseTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d|aside) \\| `(\\w+)` \\|[^|]*\\| ([^|]*) \\|");
  private static final Pattern OUR_DEPENDENCY =
      Pattern.compile(
          "<dependency>\\s*<groupId>dev\\.headroom</groupId>\\s*<artifactId>(\\w+)</artifactId>\\s*(<scope>test</scope>)?");

  private static final Map<String, Room> HOUSE = readHouse();

  private record Room(String rank, Set<String> allowed) {}

  @Test
  void everyModuleHasItsRowAndEveryRowItsModule() throws IOException {
    Matcher modules =
        Pattern.compile("<module>(\\w+)</module>")
            .matcher(Files.readString(ROOT.resolve("pom.xml")));
    Set<String> built = modules.results().map(m -> m.group(1)).collect(Collectors.toSet());
    assertThat(built).isEqualTo(HOUSE.keySet());
  }

  @Test
  void modulesDependOnlyOnWhatTheTableAllows() throws IOException {
    for (Map.Entry<String, Room> entry : HOUSE.entrySet()) {
      String pom = Files.readString(ROOT.resolve(entry.getKey()).resolve("pom.xml"));
      Set<String> used =
          OUR_DEPENDENCY
              .matcher(pom)
              .results()
              .filter(m -> m.group(2) == null)
              .map(m -> m.group(1))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(entry.getValue().allowed()).as("edges of " + entry.getKey()).containsAll(used);
    }
  }

  @Test
  void theTableItselfOnlyPointsDown() {
    HOUSE.forEach(
        (name, room) -> {
          if (!room.rank().equals("aside")) {
            for (String lower : room.allowed()) {
              assertThat(HOUSE).containsKey(lower);
              Room below = HOUSE.getOrDefault(lower, room);
              assertThat(below.rank()).as(name + " → " + lower).isLessThan(room.rank());
            }
          }
        });
  }

  @Test
  void onlyRootPackagesAreUsedAcrossModules() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.headroom");
    Set<String> intrusions = new TreeSet<>();
    for (JavaClass from : classes) {
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        String target = dependency.getTargetClass().getPackageName();
        String module = moduleOf(target);
        if (!module.isEmpty()
            && !module.equals(moduleOf(from.getPackageName()))
            && !target.equals("dev.headroom." + module)) {
          intrusions.add(from.getName() + " uses " + dependency.getTargetClass().getName());
        }
      }
    }
    assertThat(classes).isNotEmpty();
    assertThat(intrusions).isEmpty();
  }

  private static String moduleOf(String packageName) {
    String prefix = "dev.headroom.";
    return packageName.startsWith(prefix)
        ? packageName.substring(prefix.length()).replaceAll("\\..*", "")
        : "";
  }

  private static Map<String, Room> readHouse() {
    Map<String, Room> rooms = new LinkedHashMap<>();
    Set<String> above = new LinkedHashSet<>();
    try {
      for (String line : Files.readAllLines(ROOT.resolve("ARCHITECTURE.md"))) {
        Matcher row = ROW.matcher(line);
        if (row.matches()) {
          String allowed = row.group(3).trim();
          Set<String> names =
              switch (allowed) {
                case "–", "none of ours" -> Set.of();
                case "all of the above", "any" -> Set.copyOf(above);
                default -> Set.copyOf(List.of(allowed.split(", ")));
              };
          rooms.put(row.group(2), new Room(row.group(1), names));
          above.add(row.group(2));
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return new TreeMap<>(rooms);
  }
}
