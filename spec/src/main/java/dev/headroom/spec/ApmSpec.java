package dev.headroom.spec;

import dev.headroom.base.ByteSize;
import java.time.Duration;
import java.util.Optional;

/** Telemetry: where it comes in, how long it stays. */
public record ApmSpec(
    @Setting(value = "OTLP/gRPC port; 0 picks a free one.", def = "4317", min = 0, max = 65535)
        int grpc,
    @Setting(value = "OTLP/HTTP port; 0 picks a free one.", def = "4318", min = 0, max = 65535)
        int http,
    @Setting(
            value = "Console and API port; 0 picks a free one.",
            def = "8800",
            min = 0,
            max = 65535)
        int console,
    @Setting(value = "Admin port; 0 picks a free one.", def = "9800", min = 0, max = 65535)
        int admin,
    @Setting(value = "Address to bind.", def = "127.0.0.1") String address,
    @Setting(
            "What the console asks for before it shows anything, 16 characters or more; without it"
                + " the console listens on loopback only.")
        Optional<Value> consoleToken,
    @Setting("Where another process takes OTLP/HTTP, for a role run alone.")
        Optional<String> endpoint,
    @Setting("How long what is stored stays.") Retention retention) {

  /** How long what is stored stays. */
  public record Retention(
      @Setting(value = "Spans and log records.", def = "3d", min = 60_000) Duration raw,
      @Setting(value = "Rates, errors and percentiles.", def = "30d", min = 60_000)
          Duration rollups,
      @Setting(value = "Disk the store may use.", def = "20Gi", min = 64 << 20) ByteSize disk) {}
}
