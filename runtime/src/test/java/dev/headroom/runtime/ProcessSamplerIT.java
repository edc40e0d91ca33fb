package dev.headroom.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A real command whose child does the work, as {@code npm start}'s does. */
class ProcessSamplerIT {

  @Test
  void whatAChildUsesIsTheCommands() throws IOException {
    Process shell =
        new ProcessBuilder("sh", "-c", "sh -c 'while :; do :; done' & wait")
            .redirectErrorStream(true)
            .start();
    try {
      ProcessSampler sampler = new ProcessSampler();
      List<Long> pids = List.of(shell.pid());
      assertThat(sampler.sample(pids)).as("the first look only begins to count").isEmpty();
      Await.until(
          Duration.ofSeconds(60),
          () ->
              Optional.ofNullable(sampler.sample(pids).get(shell.pid()))
                  .filter(sample -> sample.cores() > 0.1)
                  .isPresent());
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
  }
}
