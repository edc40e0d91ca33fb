package dev.headroom.router.session;

import dev.headroom.pgwire.ErrorFields;
import dev.headroom.router.Member;
import dev.headroom.router.cluster.Mark;
import dev.headroom.router.pool.LoginPools;
import dev.headroom.router.pool.ServerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Map;
import java.util.Optional;

/**
 * What servers report at the start of a session, for a client that nobody like it has been greeted
 * before: read off a connection that has the client's settings. So a client that the servers do not
 * let in learns it at once.
 */
final class Greeting implements ServerClaim.Holder {

  /** Who is to be greeted. */
  interface Guest {
    void greet(Map<String, String> parameters);

    void end(ErrorFields why);
  }

  private final Lane lane;
  private final SessionState session;
  private final Guest guest;
  private final ReplicaChoice replicas;
  private final ServerClaim claim;

  Greeting(Lane lane, Channel client, SessionState session, Guest guest) {
    LoginPools pools = lane.pools.of(session.login());
    this.lane = lane;
    this.session = session;
    this.guest = guest;
    this.replicas = new ReplicaChoice(lane, pools);
    this.claim = new ServerClaim(lane, pools, client, session, this);
  }

  void begin() {
    claim.want("");
  }

  /** The guest is gone. */
  void end() {
    claim.end();
  }

  @Override
  public Optional<Route> route() {
    Member replica = replicas.pick(Mark.NONE);
    return Optional.of(
        lane.cluster.view().primary().isEmpty()
            ? new Route(replica, false, "greeting")
            : Route.primary("greeting"));
  }

  @Override
  public void refused() {
    // It asks again.
  }

  @Override
  public void claimed(ServerConnection connection) {
    lane.report.queued(claim.waited());
    Map<String, String> parameters = Map.copyOf(connection.parameters());
    lane.greetings().put(session.greeting(), parameters);
    claim.giveBack();
    guest.greet(parameters);
  }

  @Override
  public void denied(ErrorFields why) {
    guest.end(ErrorFields.fatal(why.sqlState(), why.message(), why.detail(), ""));
  }

  @Override
  public void received(ByteBuf bytes) {
    bytes.release();
  }

  @Override
  public void receivedAll() {}

  @Override
  public void writable() {}

  @Override
  public void lost(String why) {
    claim.want("");
  }
}
