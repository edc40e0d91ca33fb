package dev.headroom.spec;

import dev.headroom.base.ByteSize;
import java.util.Optional;

/** A line for every request that the gateway has answered. */
public record AccessLogSpec(
    @Setting(value = "How a line is written.", def = "json") Format format,
    @Setting("Where to; standard output when absent. Opened anew when something moves it.")
        Optional<String> file,
    @Setting(
            value = "Size at which the file is renamed and a new one begun.",
            def = "100Mi",
            min = 4096)
        ByteSize rotate,
    @Setting(value = "How many renamed files stay.", def = "5", min = 0, max = 1000) int keep) {

  /** How a line is written. */
  public enum Format {
    JSON,
    /** As the NCSA's server wrote it. */
    COMMON,
    /** COMMON with Referer and User-Agent. */
    COMBINED
  }
}
