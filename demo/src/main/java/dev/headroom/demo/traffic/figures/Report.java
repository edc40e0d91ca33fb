package dev.headroom.demo.traffic.figures;

import dev.headroom.demo.traffic.load.Endpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run measured; the component names are the keys of the report file.
 *
 * @param startedAt when the first arrival was due, ISO 8601
 * @param seconds from then to the end of arrivals
 * @param users active users the run was started with
 * @param requests all that were sent or should have been; background sockets included
 * @param errors 5xx, time-outs, failed connections, unreadable answers and {@code overload}
 * @param limited answers 429
 * @param unexpected4xx other 4xx that nothing sent should have caused
 * @param overload arrivals not sent because too many requests were outstanding; part of errors
 * @param unfinished requests without an answer when the run ended; not part of requests
 * @param staleReads writes that the same user did not find right after their acknowledgement
 * @param acknowledgedWrites writes answered 2xx
 * @param verifiedWrites created ids that were asked for again at the end
 * @param unverifiedWrites of those, the ones for which no answer came
 * @param lostWrites of those, the ones that were gone; null when not verified
 * @param socketMessages messages that came over the WebSockets
 * @param cpuMicrosPerRequest this process's CPU time per request, start-up included
 * @param samples a few failures in words
 */
public record Report(
    String startedAt,
    double seconds,
    int users,
    long seed,
    long requests,
    long errors,
    long limited,
    long unexpected4xx,
    long overload,
    long unfinished,
    long staleReads,
    long acknowledgedWrites,
    long verifiedWrites,
    long unverifiedWrites,
    @Nullable Long lostWrites,
    long socketMessages,
    double cpuMicrosPerRequest,
    List<OfEndpoint> endpoints,
    List<OfTime> timeline,
    List<OfReplica> replicas,
    List<String> samples) {

  /** The row of one endpoint. */
  public OfEndpoint of(Endpoint endpoint) {
    return endpoints.get(Endpoint.ALL.indexOf(endpoint));
  }

  /** One endpoint; durations count from when the request was due, 429s left out. */
  public record OfEndpoint(
      String endpoint,
      long count,
      long errors,
      long limited,
      long unexpected4xx,
      double p50Ms,
      double p95Ms,
      double p99Ms,
      double maxMs,
      double meanMs) {}

  /** What ended within the five seconds before {@code t}, seconds from the start. */
  public record OfTime(
      double t,
      double users,
      double rate,
      double p50Ms,
      double p95Ms,
      double p99Ms,
      long errors,
      long limited,
      long inFlight) {}

  /** How many answers one replica gave, by its {@code X-Replica}. */
  public record OfReplica(String id, long count) {}
}
