package dev.headroom.demo.traffic.users;

import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** What the users of one company have come across together. Thread-safe. */
final class Tenant {
  final IdPool projects = new IdPool(64);
  final IdPool issues = new IdPool(400);
  final IdPool labels = new IdPool(32);
  final IdPool people = new IdPool(100);
  final Words statuses = new Words(12);
  final Words priorities = new Words(12);
  final Words titleWords = new Words(60);

  private final long id;
  // Any account of the company; whichever logged in last will do.
  private volatile int member;
  private final Set<Long> doomed = ConcurrentHashMap.newKeySet();
  private final IdPool deletable = new IdPool(100);
  private final Set<Long> beingWritten = ConcurrentHashMap.newKeySet();

  Tenant(long id) {
    this.id = id;
  }

  long id() {
    return id;
  }

  int member() {
    return member;
  }

  void member(int account) {
    member = account;
  }

  /** An issue that others may open. */
  void sawIssue(long issue) {
    if (!doomed.contains(issue)) {
      issues.add(issue);
    }
  }

  /*
   * An issue that will be deleted is nobody else's: opening it would make a 404 that says nothing.
   * It stays doomed for good, because a list that was asked for earlier may still show it.
   */

  void doom(long issue) {
    doomed.add(issue);
    issues.remove(issue);
    deletable.add(issue);
  }

  OptionalLong takeDoomed(RandomGenerator random) {
    OptionalLong issue = deletable.pick(random);
    issue.ifPresent(deletable::remove);
    return issue;
  }

  /**
   * Reserves an issue for one writer, so that what he reads back is not another's later write;
   * false if it is reserved. A writer who does not know how his write ended never gives it back.
   */
  boolean reserve(long issue) {
    return beingWritten.add(issue);
  }

  void giveBack(long issue) {
    beingWritten.remove(issue);
  }

  boolean knowsEnoughIssues() {
    return issues.size() >= 100;
  }
}
