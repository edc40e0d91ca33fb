package dev.headroom.signals;

import java.util.List;

/**
 * Reads OTLP export requests. Items that cannot be used are left out and counted; a body that is
 * not OTLP is refused. Memory is bounded by the size of the body. Thread-safe; one reader serves
 * one server, as it remembers the last point of cumulative series.
 *
 * <p>Delta points are taken as they are; cumulative ones become the difference to the point before,
 * the first one being the baseline; a cumulative sum that may fall is a gauge.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/">OTLP 1.11</a>
 */
public final class OtlpReader {
  private static final int MOST_CUMULATIVE_SERIES = 10_000;

  private final StringCache strings = new StringCache();
  private final CumulativeSeries cumulative = new CumulativeSeries(MOST_CUMULATIVE_SERIES);

  /**
   * Reads one request.
   *
   * @throws OtlpRefusal when {@code body} is malformed
   */
  public OtlpBatch read(OtlpSignal signal, OtlpEncoding encoding, byte[] body) {
    ProtoReader in =
        new ProtoReader(
            switch (encoding) {
              case PROTOBUF -> body;
              case JSON -> OtlpJson.toProtobuf(signal, body);
            });
    AttributeReader common = new AttributeReader(in, strings);
    Rejections rejections = new Rejections();
    Telemetry telemetry =
        switch (signal) {
          case TRACES -> Telemetry.spans(new TraceReader(in, common, rejections).read());
          case METRICS ->
              Telemetry.metrics(new MetricReader(in, common, rejections, cumulative).read());
          case LOGS ->
              new Telemetry(List.of(), List.of(), new LogReader(in, common, rejections).read());
        };
    return new OtlpBatch(telemetry, rejections.count(), rejections.first());
  }
}
