package dev.headroom.runtime;

import dev.headroom.base.UserError;
import dev.headroom.engines.PostgresServer;
import dev.headroom.engines.Upstream;
import dev.headroom.runtime.ClusterMembers.Member;
import dev.headroom.spec.DatabaseSpec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts another primary in the place of one that is gone; {@link FailoverDecision} says which. */
final class Failover {
  private static final Logger LOG = System.getLogger(DatabaseCluster.class.getName());
  private static final Duration READ_BOUND = Duration.ofSeconds(20);

  private final DatabaseSpec.Durability durability;
  private final ClusterMembers members;
  private final MemberServers servers;
  private final ClusterEvents events;

  Failover(
      DatabaseSpec.Durability durability,
      ClusterMembers members,
      MemberServers servers,
      ClusterEvents events) {
    this.durability = durability;
    this.members = members;
    this.servers = servers;
    this.events = events;
  }

  void failOver(String why) throws InterruptedException {
    String lost = members.primary();
    events.event(true, lost, why + "; looking for the replica that received most");
    // Nothing of the old primary may still write when another one begins.
    members.get(lost).server.ifPresent(PostgresServer::kill);
    members.setState(lost, DatabaseMember.State.DOWN);
    events.membersChanged();
    Map<String, Optional<WalPosition>> received = new LinkedHashMap<>();
    for (String name : members.names()) {
      if (!name.equals(lost)) {
        // One that is being copied has given up data that may hold a confirmed commit.
        received.put(name, members.isBusy(name) ? Optional.empty() : received(name));
      }
    }
    boolean mayLose = durability == DatabaseSpec.Durability.PREFERRED;
    switch (FailoverDecision.of(received, mayLose)) {
      case FailoverDecision.Promote(String member, WalPosition position) ->
          promote(lost, member, position);
      case FailoverDecision.RestartPrimary(List<String> unread) -> restartInPlace(lost, unread);
    }
    events.membersChanged();
  }

  private void restartInPlace(String lost, List<String> unread) throws InterruptedException {
    events.event(
        true,
        lost,
        unread.isEmpty()
            ? lost + " is restarted in place: there is no replica"
            : lost + " is restarted in place: unread replicas " + unread);
    try {
      servers.startPrimary();
      events.event(false, lost, lost + " is the primary again");
    } catch (UserError e) {
      // The next look tries everything again: perhaps a replica can be read by then.
      LOG.log(Level.ERROR, e.getMessage());
    }
  }

  private void promote(String lost, String chosen, WalPosition position)
      throws InterruptedException {
    PostgresServer server = members.get(chosen).server.orElseThrow();
    server.promote();
    members.primary(chosen);
    members.primaryAnswers();
    events.membersChanged();
    events.event(false, chosen, "%s is the primary now, from %s".formatted(chosen, position));
    servers.ensureSlots();
    for (String name : members.names()) {
      Member member = members.get(name);
      if (!name.equals(chosen) && !name.equals(lost) && member.server.isPresent()) {
        Upstream upstream = server.settings().asUpstreamOf(name);
        member.settings = member.settings.withUpstream(upstream);
        member.server.get().follow(upstream);
      }
    }
    if (members.get(lost).state != DatabaseMember.State.UP) {
      servers.cloneAnew(lost);
    }
  }

  /* One that does not answer is restarted and read then; empty when that fails too. */
  private Optional<WalPosition> received(String name) throws InterruptedException {
    Optional<WalPosition> read = readReceived(name);
    if (read.isPresent()) {
      return read;
    }
    try {
      members.get(name).server.ifPresent(PostgresServer::kill);
      servers.runReplica(name);
    } catch (UserError e) {
      LOG.log(Level.WARNING, e.getMessage());
      return Optional.empty();
    }
    return readReceived(name);
  }

  private Optional<WalPosition> readReceived(String name) {
    Optional<PostgresServer> server = members.get(name).server;
    if (server.isEmpty() || !server.get().isAlive()) {
      return Optional.empty();
    }
    try (Connection connection = server.get().connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout((int) READ_BOUND.toSeconds());
      // Received is unknown until the receiver has run once; by then all that is on disk has been
      // replayed, or is about to be by the promotion.
      try (ResultSet row =
          statement.executeQuery(
              "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())")) {
        row.next();
        return Optional.ofNullable(row.getString(1)).map(WalPosition::parse);
      }
    } catch (SQLException e) {
      LOG.log(Level.WARNING, "{0} cannot be read: {1}", name, e.getMessage());
      return Optional.empty();
    }
  }
}
