package dev.headroom.signals;

/** What an OTLP request carries, and where it is sent. */
public enum OtlpSignal {
  TRACES("/v1/traces", "trace", "TraceService", "rejectedSpans"),
  METRICS("/v1/metrics", "metrics", "MetricsService", "rejectedDataPoints"),
  LOGS("/v1/logs", "logs", "LogsService", "rejectedLogRecords");

  private final String httpPath;
  private final String grpcPath;
  private final String rejectedKey;

  OtlpSignal(String httpPath, String packageName, String service, String rejectedKey) {
    this.httpPath = httpPath;
    this.grpcPath = "/opentelemetry.proto.collector." + packageName + ".v1." + service + "/Export";
    this.rejectedKey = rejectedKey;
  }

  /** Path of an OTLP/HTTP request. */
  public String httpPath() {
    return httpPath;
  }

  /** Path of an OTLP/gRPC request. */
  public String grpcPath() {
    return grpcPath;
  }

  /** Name of the count of rejected items in JSON. */
  String rejectedKey() {
    return rejectedKey;
  }
}
