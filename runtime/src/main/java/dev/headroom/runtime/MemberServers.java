package dev.headroom.runtime;

import dev.headroom.base.UserError;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.engines.PostgresBinaries;
import dev.headroom.engines.PostgresServer;
import dev.headroom.engines.PostgresSettings;
import dev.headroom.engines.PostgresSetup;
import dev.headroom.engines.Upstream;
import dev.headroom.runtime.ClusterMembers.Member;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Starts the servers of members and makes their data: initialised, copied while it is cold, or
 * cloned from the running primary.
 */
final class MemberServers {
  private static final Logger LOG = System.getLogger(DatabaseCluster.class.getName());

  private final DatabaseSettings settings;
  private final PostgresBinaries binaries = PostgresBinaries.unpack();
  private final PostgresSetup setup = new PostgresSetup(binaries);
  private final ChildRegistry registry;
  private final ClusterMembers members;
  private final ClusterEvents events;
  private final Consumer<String> wake;

  /**
   * @param wake is told the member whose process has ended or whose clone is done
   */
  MemberServers(
      DatabaseSettings settings,
      ChildRegistry registry,
      ClusterMembers members,
      ClusterEvents events,
      Consumer<String> wake) {
    this.settings = settings;
    this.registry = registry;
    this.members = members;
    this.events = events;
    this.wake = wake;
  }

  /** Makes the primary's data from nothing, and that of all others by copying it. */
  void initializeAll() {
    PostgresSettings from = members.get(members.primary()).settings;
    setup.initialize(from);
    for (String name : members.names()) {
      if (!name.equals(members.primary())) {
        Member member = members.get(name);
        member.settings = member.settings.withUpstream(from.asUpstreamOf(name));
        setup.copyStopped(from, member.settings);
      }
    }
  }

  void startPrimary() throws InterruptedException {
    Member member = members.get(members.primary());
    member.settings =
        member.settings.withoutUpstream().withSharedBuffers(settings.primaryBuffers());
    run(members.primary());
    members.primaryAnswers();
    ensureSlots();
  }

  /** Every other member finds a replication slot on the primary. */
  void ensureSlots() {
    PostgresServer server = members.primaryServer().orElseThrow();
    for (String name : members.names()) {
      if (!name.equals(members.primary())) {
        Upstream upstream = server.settings().asUpstreamOf(name);
        try {
          server.ensureSlot(upstream.slot());
        } catch (SQLException e) {
          LOG.log(Level.WARNING, "No replication slot for {0}: {1}", name, e.getMessage());
        }
      }
    }
  }

  /** Starts all of them at once; one that cannot start is down. */
  void startReplicas(Set<String> names) throws InterruptedException {
    List<Thread> starts = new ArrayList<>();
    for (String name : names) {
      starts.add(
          Thread.ofVirtual()
              .name("start-" + name)
              .start(
                  () -> {
                    try {
                      runReplica(name);
                    } catch (UserError e) {
                      LOG.log(Level.WARNING, e.getMessage());
                      members.setState(name, DatabaseMember.State.DOWN);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    for (Thread start : starts) {
      start.join();
    }
  }

  /** Starts a member that follows the present primary. */
  void runReplica(String name) throws InterruptedException {
    Member member = members.get(name);
    member.settings =
        member
            .settings
            .withSharedBuffers(settings.replicaBuffers())
            .withUpstream(members.get(members.primary()).settings.asUpstreamOf(name));
    run(name);
  }

  private void run(String name) throws InterruptedException {
    members.setState(name, DatabaseMember.State.STARTING);
    PostgresServer server = PostgresServer.start(binaries, members.get(name).settings, registry);
    members.runs(name, server);
    var _ = server.onExit().thenRun(() -> wake.accept(name));
  }

  /** Copies the primary's data on a thread of its own; the keeper is woken at the end. */
  void cloneAnew(String name) {
    members.cloneBegins(name);
    events.membersChanged();
    events.event(false, name, name + " is cloned anew from " + members.primary());
    Thread.ofVirtual()
        .name("clone-" + name)
        .start(
            () -> {
              try {
                Member member = members.get(name);
                member.server.ifPresent(PostgresServer::kill);
                PostgresServer from = members.primaryServer().orElseThrow();
                member.settings =
                    member
                        .settings
                        .withSharedBuffers(settings.replicaBuffers())
                        .withUpstream(from.settings().asUpstreamOf(name));
                setup.cloneFrom(from, member.settings);
                runReplica(name);
                member.crashes = 0;
                events.event(false, name, name + " is a replica with new data");
              } catch (SQLException | RuntimeException e) {
                members.setState(name, DatabaseMember.State.DOWN);
                if (!events.isClosed()) {
                  LOG.log(Level.WARNING, name + " cannot be cloned; trying again", e);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              members.cloneEnds(name);
              events.membersChanged();
              wake.accept(name);
            });
  }
}
