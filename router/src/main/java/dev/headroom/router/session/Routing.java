package dev.headroom.router.session;

import dev.headroom.router.Member;
import dev.headroom.router.cluster.Mark;
import dev.headroom.router.pool.LoginPools;
import dev.headroom.router.pool.Settings;
import dev.headroom.router.statement.Reads;
import dev.headroom.router.statement.RouteHint;
import dev.headroom.router.statement.SessionEffect;
import dev.headroom.spec.RouterSpec;
import dev.headroom.sql.SettingChange;
import dev.headroom.sql.StatementShape;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Decides where a unit goes that has no server connection yet. */
final class Routing {
  static final String READ_ONLY = "read-only transaction";

  private static final List<String> CATEGORIES =
      List.of("volatile function", "function", "view", "row security");
  private static final Pattern KNOWN_ENCODING =
      Pattern.compile("\\b(utf-?8|unicode|sql_ascii|latin1|latin9)\\b", Pattern.CASE_INSENSITIVE);

  private final Lane lane;
  private final SessionState session;
  private final ReplicaChoice replicas;
  /* Settings are immutable: those that were judged last, and how. */
  private Settings judged = Settings.NONE;
  private boolean judgedKnown = true;

  Routing(Lane lane, LoginPools pools, SessionState session) {
    this.lane = lane;
    this.session = session;
    this.replicas = new ReplicaChoice(lane, pools);
  }

  /**
   * Empty: no replica is fresh enough yet, ask again in a moment.
   *
   * @param open will the unit have more parts than it has now?
   * @param attempt how often it has been tried before
   * @param freshUntil by when a replica must be fresh, by the lane's clock
   */
  Optional<Route> of(Unit unit, boolean open, int attempt, long freshUntil) {
    lane.cluster.needPositions();
    RouteHint hint = hint(unit);
    if (hint == RouteHint.PRIMARY) {
      return Optional.of(new Route(null, !open && isRead(unit), "hint"));
    }
    if (lane.spec().poolMode() == RouterSpec.PoolMode.SESSION) {
      return Optional.of(onOwnConnection(unit, open));
    }
    boolean readOnly = unit.beginsReadOnly() && session.catalogs().current().usable();
    String doubt =
        open
            ? "open pipeline"
            : readOnly
                ? unit.doubtInReadOnly(session.catalogs().current())
                : unit.doubt(session.catalogs().current());
    if (hint == RouteHint.REPLICA && !open && unit.looksLikeRead()) {
      doubt = "";
    }
    if (doubt.equals(Reads.UNKNOWN_NAME)) {
      session.catalogs().unknownName();
    }
    if (doubt.isEmpty() && !encodingIsKnown()) {
      doubt = "client encoding";
    }
    if (attempt == 0 && !open && !lane.spec().observe() && setsTrackedOnly(unit)) {
      // Any server will do, and it is repeated wherever the client goes next.
      return Optional.of(new Route(replicas.pick(Mark.NONE), false, "setting"));
    }
    if (!doubt.isEmpty()) {
      return Optional.of(Route.primary(category(doubt)));
    }
    if (lane.spec().observe()) {
      return Optional.of(new Route(null, true, "observed"));
    }
    if (attempt > 0 || refusedBefore(unit)) {
      return Optional.of(new Route(null, true, "refused by replica"));
    }
    Member replica = replicas.pick(session.wanted());
    if (replica != null) {
      return Optional.of(new Route(replica, true, readOnly ? READ_ONLY : "read"));
    }
    if (lane.cluster.view().replicas().isEmpty()) {
      return Optional.of(new Route(null, true, "no replica"));
    }
    // Positions arrive every few milliseconds.
    return freshUntil - lane.time.nanoTime() > 0
        ? Optional.empty()
        : Optional.of(new Route(null, true, "not fresh"));
  }

  /** A unit on the connection to the primary that the client has already. */
  Route onOwnConnection(Unit unit, boolean open) {
    return new Route(null, !open && isRead(unit), session.isPinned() ? "session" : "transaction");
  }

  private boolean isRead(Unit unit) {
    return unit.doubt(session.catalogs().current()).isEmpty();
  }

  /** A unit of a read-only transaction on {@code replica}; empty when it must not run there. */
  Optional<Route> inReadOnly(Unit unit, boolean open, Member replica) {
    boolean may = !open && unit.doubtInReadOnly(session.catalogs().current()).isEmpty();
    return may ? Optional.of(new Route(replica, true, READ_ONLY)) : Optional.empty();
  }

  private RouteHint hint(Unit unit) {
    if (!lane.spec().routeHints()) {
      return RouteHint.NONE;
    }
    RouteHint ofUnit = unit.hint();
    return ofUnit == RouteHint.NONE ? session.own().route() : ofUnit;
  }

  private static boolean setsTrackedOnly(Unit unit) {
    List<StatementShape> shapes = unit.shapes();
    return shapes.size() == 1
        && shapes
            .getFirst()
            .setting()
            .filter(change -> change.scope() == SettingChange.Scope.SESSION)
            .filter(change -> SessionEffect.TRACKED.contains(change.name()))
            // A replica that is behind may not know the role yet.
            .filter(change -> !change.name().equals("role"))
            .isPresent();
  }

  private boolean refusedBefore(Unit unit) {
    return unit.analyses().stream()
        .anyMatch(analysis -> lane.hasLearned(analysis.fingerprint().hash()));
  }

  private boolean encodingIsKnown() {
    Settings present = session.settings();
    if (!present.equals(judged)) {
      judged = present;
      judgedKnown =
          present
              .statement("client_encoding")
              .map(statement -> KNOWN_ENCODING.matcher(statement).find())
              .orElse(true);
    }
    return judgedKnown;
  }

  private static String category(String doubt) {
    int colon = doubt.indexOf(':');
    String head = colon < 0 ? doubt : doubt.substring(0, colon);
    return CATEGORIES.stream().filter(head::startsWith).findFirst().orElse(head);
  }
}
