package dev.headroom.router;

import dev.headroom.router.pool.PoolName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The pool of server connections of one login to one member, all event loops together. Counters run
 * since the start of the router.
 *
 * @param name of member and login
 * @param role {@code primary}, {@code replica}, or {@code down}
 * @param limit connections there may be
 * @param idle connections that nobody uses
 * @param active connections that clients have
 * @param opening connections that are being opened
 * @param waiting clients in the queue now
 * @param longestWait of those in the queue now
 * @param granted how often a connection was given to a client
 * @param queued how many of these had to wait
 * @param queueTime sum of the time that clients have waited
 * @param heldTime sum of the time that clients have had connections, those they have now included;
 *     its growth per second is the mean number in use, which by Little's law is the rate of grants
 *     times the mean time a connection is held
 * @param lastError of the last attempt to open one, empty when it went well
 */
public record PoolFigures(
    PoolName name,
    String role,
    int limit,
    int idle,
    int active,
    int opening,
    int waiting,
    Duration longestWait,
    long granted,
    long queued,
    Duration queueTime,
    Duration heldTime,
    String lastError) {

  /** Name of the member. */
  public String member() {
    return name.member();
  }

  public int total() {
    return idle + active + opening;
  }

  /** The sums of those that {@code key} is the same for: of event loops, or of logins. */
  static <K> List<PoolFigures> sums(List<PoolFigures> parts, Function<PoolFigures, K> key) {
    Map<K, PoolFigures> sums = new LinkedHashMap<>();
    parts.forEach(part -> sums.merge(key.apply(part), part, PoolFigures::plus));
    return List.copyOf(sums.values());
  }

  private PoolFigures plus(PoolFigures other) {
    return new PoolFigures(
        name,
        role,
        limit + other.limit,
        idle + other.idle,
        active + other.active,
        opening + other.opening,
        waiting + other.waiting,
        longestWait.compareTo(other.longestWait) > 0 ? longestWait : other.longestWait,
        granted + other.granted,
        queued + other.queued,
        queueTime.plus(other.queueTime),
        heldTime.plus(other.heldTime),
        lastError.isEmpty() ? other.lastError : lastError);
  }
}
