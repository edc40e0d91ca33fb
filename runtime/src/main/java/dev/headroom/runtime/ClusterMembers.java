package dev.headroom.runtime;

import dev.headroom.base.TimeSource;
import dev.headroom.engines.PostgresServer;
import dev.headroom.engines.PostgresSettings;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The members of a database cluster as they are now, and which of them is the primary. */
final class ClusterMembers {

  /** One member; {@code server}, {@code state} and {@code busy} are guarded by the table. */
  static final class Member {
    PostgresSettings settings;
    Optional<PostgresServer> server = Optional.empty();
    DatabaseMember.State state = DatabaseMember.State.STARTING;
    int crashes;

    /** A clone is under way: the keeper leaves it alone. */
    boolean busy;

    Instant streamedAt;

    private Member(PostgresSettings settings, Instant now) {
      this.settings = settings;
      this.streamedAt = now;
    }
  }

  /** Guarded by itself; the keeper and the cloning threads change its members. */
  private final Map<String, Member> members = new LinkedHashMap<>();

  private final TimeSource time;
  private volatile String primary;
  private volatile Instant primaryAnswered;

  /**
   * @param settings of all members; the first one is the primary
   */
  ClusterMembers(Map<String, PostgresSettings> settings, TimeSource time) {
    this.time = time;
    this.primary = settings.keySet().iterator().next();
    this.primaryAnswered = time.now();
    settings.forEach((name, its) -> members.put(name, new Member(its, time.now())));
  }

  Set<String> names() {
    return members.keySet();
  }

  Member get(String name) {
    Member member = members.get(name);
    if (member == null) {
      throw new IllegalArgumentException(
          "member: " + name + " (expected: one of " + members.keySet() + ")");
    }
    return member;
  }

  /** The name of the present primary. */
  String primary() {
    return primary;
  }

  void primary(String name) {
    primary = name;
  }

  /** When the primary was last known to answer. */
  Instant primaryAnswered() {
    return primaryAnswered;
  }

  void primaryAnswers() {
    primaryAnswered = time.now();
  }

  Optional<PostgresServer> primaryServer() {
    return get(primary).server;
  }

  boolean isBusy(String name) {
    synchronized (members) {
      return get(name).busy;
    }
  }

  void setState(String name, DatabaseMember.State state) {
    synchronized (members) {
      get(name).state = state;
    }
  }

  void runs(String name, PostgresServer server) {
    synchronized (members) {
      Member member = get(name);
      member.server = Optional.of(server);
      member.state = DatabaseMember.State.UP;
      member.streamedAt = time.now();
    }
  }

  void cloneBegins(String name) {
    synchronized (members) {
      Member member = get(name);
      member.busy = true;
      member.state = DatabaseMember.State.CLONING;
    }
  }

  void cloneEnds(String name) {
    synchronized (members) {
      get(name).busy = false;
    }
  }

  /** All as others see them. */
  List<DatabaseMember> list() {
    synchronized (members) {
      String now = primary;
      return members.entrySet().stream()
          .map(
              entry ->
                  new DatabaseMember(
                      entry.getKey(),
                      addressOf(entry.getValue().settings),
                      entry.getKey().equals(now)
                          ? DatabaseMember.Role.PRIMARY
                          : DatabaseMember.Role.REPLICA,
                      entry.getValue().state))
          .toList();
    }
  }

  static InetSocketAddress addressOf(PostgresSettings settings) {
    return new InetSocketAddress(settings.host(), settings.port());
  }

  /** The process of a member, while it has one. */
  Optional<Long> pidOf(String name) {
    synchronized (members) {
      return get(name).server.filter(PostgresServer::isAlive).map(PostgresServer::pid);
    }
  }

  /** All servers that were started, the primary's first. */
  List<PostgresServer> servers() {
    List<PostgresServer> servers = new ArrayList<>();
    synchronized (members) {
      get(primary).server.ifPresent(servers::add);
      members.values().stream()
          .flatMap(member -> member.server.stream())
          .filter(server -> !servers.contains(server))
          .forEach(servers::add);
    }
    return servers;
  }
}
