package dev.headroom.demo.api;

import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.http.Reply;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * One endpoint: where it is, how it behaves, what it does.
 *
 * @param waitMillis mean time of the emulated downstream call; 0 for none
 * @param slow when this fault is on, the downstream is called four times in a row instead of once
 * @param cached when this fault is off, the answer is kept for the tenant for a few seconds
 */
record Endpoint(
    String method,
    Template template,
    Set<Trait> traits,
    int waitMillis,
    Optional<Fault> slow,
    Optional<Fault> cached,
    Action action) {

  /** What an endpoint does; it may read the database, and change it in a transaction. */
  @FunctionalInterface
  interface Action {
    Reply run(Call call);
  }

  enum Trait {
    /** Needs no token. */
    OPEN,
    /** Not limited by the workers. */
    UNLIMITED,
    /** With the small pool, keeps its connection while it waits for the downstream. */
    HOLDS_CONNECTION
  }

  static Endpoint of(String method, String path, Action action) {
    return new Endpoint(
        method,
        Template.of(path),
        EnumSet.noneOf(Trait.class),
        0,
        Optional.empty(),
        Optional.empty(),
        action);
  }

  Endpoint is(Trait trait) {
    EnumSet<Trait> more = EnumSet.of(trait);
    more.addAll(traits);
    return new Endpoint(method, template, more, waitMillis, slow, cached, action);
  }

  Endpoint waits(int millis) {
    return new Endpoint(method, template, traits, millis, slow, cached, action);
  }

  Endpoint slowBy(Fault fault) {
    return new Endpoint(method, template, traits, waitMillis, Optional.of(fault), cached, action);
  }

  Endpoint cachedUnless(Fault fault) {
    return new Endpoint(method, template, traits, waitMillis, slow, Optional.of(fault), action);
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  String name() {
    return method + " " + template.text();
  }
}
