package dev.headroom.autoscaler;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.base.Problem;
import dev.headroom.base.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The catalogue of instance types: EC2's current general, compute and memory families in us-east-1,
 * with on-demand list prices. Source and date are in the header of {@code instance-types.csv}.
 */
public final class InstanceTypes {
  private static final String RESOURCE = "instance-types.csv";

  private final List<InstanceType> byPrice;

  private InstanceTypes(List<InstanceType> types) {
    this.byPrice =
        types.stream()
            .sorted(
                Comparator.comparingDouble(InstanceType::pricePerHour)
                    .thenComparing(InstanceType::name))
            .toList();
  }

  /** The catalogue that comes with the product. */
  public static InstanceTypes bundled() {
    List<InstanceType> types = new ArrayList<>();
    try (InputStream in =
            Objects.requireNonNull(InstanceTypes.class.getResourceAsStream(RESOURCE), RESOURCE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#") && !line.startsWith("name,"))
          .forEach(line -> types.add(parse(line)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new InstanceTypes(types);
  }

  private static InstanceType parse(String line) {
    String[] column = line.split(",");
    return new InstanceType(
        column[0],
        column[1],
        column[2],
        new Cpu(1000 * Long.parseLong(column[3])),
        ByteSize.mebibytes(Long.parseLong(column[4])),
        new Cpu(Long.parseLong(column[5])),
        ByteSize.mebibytes(Long.parseLong(column[6])),
        Integer.parseInt(column[7]),
        Double.parseDouble(column[8]));
  }

  /** All of them, the cheapest first. */
  public List<InstanceType> byPrice() {
    return byPrice;
  }

  /** The families, in the order of the alphabet. */
  public Set<String> families() {
    Set<String> families = new TreeSet<>();
    byPrice.forEach(type -> families.add(type.family()));
    return families;
  }

  /** The types of {@code families}, the cheapest first; fails on a family that is not here. */
  public List<InstanceType> inFamilies(List<String> families) {
    Set<String> known = families();
    List<Problem> problems =
        families.stream()
            .filter(family -> !known.contains(family))
            .map(
                family ->
                    new Problem(
                        "document",
                        0,
                        "spec.nodes.families",
                        family,
                        "an EC2 instance family in the catalogue",
                        Problem.nearest(family, known)
                            .map(nearest -> "did you mean " + nearest + "?")
                            .orElse("choose of " + String.join(", ", known))))
            .toList();
    if (!problems.isEmpty()) {
      throw UserError.usage(problems);
    }
    return byPrice.stream().filter(type -> families.contains(type.family())).toList();
  }
}
