package dev.headroom.spec;

import dev.headroom.base.Rate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A limit per caller. All rules that match a request hold.
 *
 * <p>A rule of users, tenants or keys does not concern callers whom nothing verifies, unless it has
 * a fallback; in a document that verifies nobody, it counts addresses.
 */
public record RateLimitSpec(
    @Setting("Name in answers and figures; made of the rule when absent.") Optional<String> name,
    @Setting(value = "Whom it counts.", def = "user") CallerKind key,
    @Setting("Whom it counts when that is not known; nobody when absent.")
        Optional<CallerKind> fallback,
    @Setting("Which paths; all when absent.") Optional<String> path,
    @Setting("Which methods; all when absent.") List<String> methods,
    @Setting(value = "How many.", required = true, min = 1, max = 1_000_000_000) Rate requests,
    @Setting(
            value = "How many at once; as many as in one period when absent.",
            min = 1,
            max = 1_000_000_000)
        OptionalInt burst,
    @Setting(value = "Only count what it would refuse.", def = "false") boolean observe) {

  public RateLimitSpec {
    methods = List.copyOf(methods);
  }

  /** The given name, or one that says what the rule does. */
  public String label() {
    return name.orElseGet(
        () ->
            key.name().toLowerCase(java.util.Locale.ROOT)
                + " "
                + requests
                + (methods.isEmpty() ? "" : " " + String.join(",", methods))
                + path.map(p -> " " + p).orElse(""));
  }
}
