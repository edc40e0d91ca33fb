package dev.headroom.spec;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.base.Durations;
import dev.headroom.base.Network;
import dev.headroom.base.Percent;
import dev.headroom.base.Rate;
import dev.headroom.spec.Tree.Kind;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A type that is written as one scalar: how it reads, prints, measures itself and is explained.
 *
 * @param kinds what it may be for YAML; a quoted number is {@link Kind#TEXT}
 * @param expected what a problem says
 * @param pattern of its text, for the JSON Schema; empty when there is none
 * @param print a {@code String}, {@code Integer} or {@code Boolean} that reads back to the same
 * @param size what {@link Setting#min} and {@link Setting#max} bound
 * @param unit of the size, as the bounds print it
 */
record Word<T>(
    Class<T> type,
    Set<Kind> kinds,
    String expected,
    String pattern,
    Function<String, Optional<T>> parse,
    Function<T, Object> print,
    Function<T, OptionalLong> size,
    Function<Long, String> unit) {

  private static final Predicate<String> CANONICAL =
      Pattern.compile("0|-?[1-9][0-9]{0,17}").asMatchPredicate();

  private static final Word<String> TEXT =
      new Word<>(
          String.class,
          EnumSet.of(Kind.TEXT, Kind.INT),
          "text; fractions, true and false in quotes",
          "",
          Optional::of,
          text -> text,
          text -> OptionalLong.empty(),
          bound -> bound + "");

  private static final Word<Integer> INT =
      new Word<>(
          Integer.class,
          EnumSet.of(Kind.INT),
          "a whole number without quotes",
          "",
          Word::integer,
          number -> number,
          number -> OptionalLong.of(number),
          bound -> bound + "");

  private static final Word<Boolean> BOOL =
      new Word<>(
          Boolean.class,
          EnumSet.of(Kind.BOOL),
          "true or false",
          "",
          text -> Optional.of(text.toLowerCase(Locale.ROOT).equals("true")),
          bool -> bool,
          bool -> OptionalLong.empty(),
          bound -> bound + "");

  private static final Word<Duration> DURATION =
      new Word<>(
          Duration.class,
          EnumSet.of(Kind.TEXT),
          "a duration in ms, s, m, h or d, for example 250ms",
          "^[0-9]{1,12}(\\.[0-9]{1,9})?(ms|s|m|h|d)$",
          text -> Durations.parse(text).filter(d -> d.toNanos() % 1_000_000 == 0),
          Durations::format,
          duration -> OptionalLong.of(duration.toMillis()),
          bound -> Durations.format(Duration.ofMillis(bound)));

  private static final Word<ByteSize> SIZE =
      new Word<>(
          ByteSize.class,
          EnumSet.of(Kind.TEXT, Kind.INT),
          "a size in bytes, Ki, Mi, Gi, Ti, k, M, G or T, for example 512Mi",
          "^[0-9]{1,18}(\\.[0-9]{1,9})?(k|M|G|T|Ki|Mi|Gi|Ti)?$",
          ByteSize::parse,
          ByteSize::toString,
          size -> OptionalLong.of(size.bytes()),
          bound -> new ByteSize(bound).toString());

  private static final Word<Cpu> CPU =
      new Word<>(
          Cpu.class,
          EnumSet.of(Kind.TEXT, Kind.INT, Kind.FLOAT),
          "an amount of CPU, for example 500m, 2 or 1.5",
          "^[0-9]{1,9}(\\.[0-9]{1,3})?m?$",
          Cpu::parse,
          Cpu::toString,
          cpu -> OptionalLong.of(cpu.millicores()),
          bound -> new Cpu(bound).toString());

  private static final Word<Percent> PERCENT =
      new Word<>(
          Percent.class,
          EnumSet.of(Kind.TEXT),
          "a share, for example 70%",
          "^[0-9]{1,6}(\\.[0-9]{1,6})?%$",
          Percent::parse,
          share -> BigDecimal.valueOf(share.percent()).stripTrailingZeros().toPlainString() + "%",
          share -> OptionalLong.of((long) Math.ceil(share.percent())),
          bound -> bound + "%");

  private static final Word<Rate> RATE =
      new Word<>(
          Rate.class,
          EnumSet.of(Kind.TEXT),
          "a rate per s, min, h or d, for example 100/min",
          "^[0-9]{1,12}/(s|min|h|d)$",
          Rate::parse,
          Rate::toString,
          rate -> OptionalLong.of(rate.count()),
          bound -> bound + "");

  private static final Word<RouterSpec.PoolSize> POOL =
      new Word<>(
          RouterSpec.PoolSize.class,
          EnumSet.of(Kind.TEXT, Kind.INT),
          "a number of connections, or auto",
          "^auto$",
          Word::poolSize,
          pool -> pool.fixed().isPresent() ? pool.fixed().getAsInt() : "auto",
          pool ->
              pool.fixed().isPresent()
                  ? OptionalLong.of(pool.fixed().getAsInt())
                  : OptionalLong.empty(),
          bound -> bound + "");

  private static final Word<URI> BASE_URL =
      new Word<>(
          URI.class,
          EnumSet.of(Kind.TEXT),
          "a URL with scheme and host, for example http://10.0.0.5:3000",
          "^https?://[^/?#@\\s]+/?$",
          Word::baseUrl,
          URI::toString,
          uri -> OptionalLong.empty(),
          bound -> bound + "");

  private static final Word<AlertCondition> CONDITION =
      text(AlertCondition.class, AlertCondition.EXPECTED, "", AlertCondition::parse);

  private static final Word<SloObjective> OBJECTIVE =
      text(SloObjective.class, SloObjective.EXPECTED, "", SloObjective::parse);

  private static final Word<EndpointPattern> ENDPOINT =
      text(
          EndpointPattern.class,
          EndpointPattern.EXPECTED,
          EndpointPattern.PATTERN,
          EndpointPattern::parse);

  private static final Word<Network> NETWORK =
      text(
          Network.class,
          "an address or a network, for example 10.0.0.0/8",
          "^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$",
          Network::parse);

  private static final Map<Class<?>, Word<?>> ALL =
      Stream.of(
              TEXT, INT, BOOL, DURATION, SIZE, CPU, PERCENT, RATE, POOL, BASE_URL, CONDITION,
              OBJECTIVE, ENDPOINT, NETWORK)
          .collect(Collectors.toUnmodifiableMap(Word::type, word -> word));

  /** A word without a size, which prints as its {@code toString}. */
  private static <T> Word<T> text(
      Class<T> type, String expected, String pattern, Function<String, Optional<T>> parse) {
    return new Word<>(
        type,
        EnumSet.of(Kind.TEXT),
        expected,
        pattern,
        parse,
        Object::toString,
        value -> OptionalLong.empty(),
        bound -> bound + "");
  }

  /** Empty for sections, lists, maps and {@link Value}s. */
  static Optional<Word<?>> of(Class<?> type) {
    if (type == int.class || type == OptionalInt.class) {
      return Optional.of(INT);
    } else if (type == boolean.class) {
      return Optional.of(BOOL);
    } else if (type.isEnum()) {
      return Optional.of(ofEnum(type.asSubclass(Enum.class)));
    }
    if (AlertCondition.class.isAssignableFrom(type)) {
      return Optional.of(CONDITION);
    }
    return Optional.ofNullable(ALL.get(type));
  }

  /** {@code PEAK_EWMA} is written {@code peak-ewma}. */
  static List<String> words(Class<?> enumType) {
    return Stream.of(enumType.getEnumConstants()).map(Word::word).toList();
  }

  private static String word(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <E> Word<E> ofEnum(Class<E> type) {
    List<String> words = words(type);
    return new Word<>(
        type,
        EnumSet.of(Kind.TEXT),
        String.join(" | ", words),
        "",
        text ->
            words.contains(text)
                ? Optional.of(type.getEnumConstants()[words.indexOf(text)])
                : Optional.empty(),
        Word::word,
        constant -> OptionalLong.empty(),
        bound -> bound + "");
  }

  /** Reads a scalar of any kind that is allowed. */
  Optional<T> read(Tree.Scalar scalar) {
    if (type == String.class && scalar.kind() == Kind.INT && !CANONICAL.test(scalar.text())) {
      // Kubernetes would hand on 0x1F as 31 and 007 as 7.
      return Optional.empty();
    }
    return kinds.contains(scalar.kind()) ? parse.apply(scalar.text()) : Optional.empty();
  }

  /** Prints a value that is known to be a {@code T}. */
  Object printed(Object value) {
    return print.apply(type.cast(value));
  }

  /** Says which bound is overstepped; empty when none is. */
  Optional<String> outOfBounds(T value, Setting setting) {
    OptionalLong size = this.size.apply(value);
    if (size.isEmpty()
        || (size.getAsLong() >= setting.min() && size.getAsLong() <= setting.max())) {
      return Optional.empty();
    }
    boolean bounded = setting.min() != Long.MIN_VALUE && setting.max() != Long.MAX_VALUE;
    if (bounded) {
      return Optional.of(unit.apply(setting.min()) + " to " + unit.apply(setting.max()));
    }
    return Optional.of(
        size.getAsLong() < setting.min()
            ? "at least " + unit.apply(setting.min())
            : "at most " + unit.apply(setting.max()));
  }

  /* The core schema's three ways to write a whole number. */
  private static Optional<Integer> integer(String text) {
    try {
      if (text.startsWith("0x")) {
        return Optional.of(Integer.parseInt(text, 2, text.length(), 16));
      } else if (text.startsWith("0o")) {
        return Optional.of(Integer.parseInt(text, 2, text.length(), 8));
      }
      return Optional.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<RouterSpec.PoolSize> poolSize(String text) {
    return text.equals("auto")
        ? Optional.of(RouterSpec.PoolSize.AUTO)
        : integer(text).map(n -> new RouterSpec.PoolSize(OptionalInt.of(n)));
  }

  private static Optional<URI> baseUrl(String text) {
    try {
      URI uri = new URI(text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean bare =
          uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getFragment() == null;
      boolean root = uri.getRawPath() == null || uri.getRawPath().matches("/?");
      return web && uri.getHost() != null && bare && root && uri.getPort() <= 65535
          ? Optional.of(uri)
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
