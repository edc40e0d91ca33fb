package dev.headroom.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.base.UserError;
import dev.headroom.engines.RunState;
import dev.headroom.engines.StateFolder;
import dev.headroom.gateway.Purge;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headroom purge}. */
@Command(
    name = "purge",
    description = "Take responses out of the gateway's cache, by path or by tag.",
    footer = {
      "",
      "Tags are those of the document's cache rules and of the responses' Surrogate-Key and",
      "Cache-Tag fields. Purging what is not there is no error.",
      "",
      "Examples:",
      "  headroom purge --path /api/reports/monthly",
      "  headroom purge --path '/assets/**' --tag reports",
      "  headroom purge --tag reports --admin http://10.0.0.9:9800"
    })
final class PurgeCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description = "A path, or a path and /** for all below it; may be repeated.")
  private List<String> paths = List.of();

  @Option(names = "--tag", paramLabel = "TAG", description = "A tag; may be repeated.")
  private List<String> tags = List.of();

  @Option(
      names = "--admin",
      paramLabel = "URL",
      description = "Admin port of the gateway's process (default: of the run in --state).")
  private String admin = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private final StateOption state = new StateOption();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    Purge purge;
    try {
      purge = new Purge(paths, tags);
    } catch (IllegalArgumentException e) {
      throw UserError.usage(String.valueOf(e.getMessage()));
    }
    String answer = send(purge);
    if (json) {
      spec.commandLine().getOut().print(answer);
    } else {
      spec.commandLine().getOut().printf("purged: %d responses in memory%n", removed(answer));
    }
    return 0;
  }

  private static int removed(String answer) {
    try {
      return new ObjectMapper().readTree(answer).path("removed").asInt();
    } catch (JsonProcessingException e) {
      throw UserError.machine("the admin port answered: " + answer);
    }
  }

  private String send(Purge purge) throws InterruptedException {
    URI target = target();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(target)
                  .timeout(PATIENCE)
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          Json.of(Map.of("paths", purge.paths(), "tags", purge.tags()))))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 404) {
        throw UserError.usage(target + ": no gateway in that process (expected: its admin port)");
      }
      if (response.statusCode() != 200) {
        throw UserError.machine(
            target + ": answered " + response.statusCode() + ": " + response.body().trim());
      }
      return response.body();
    } catch (IOException e) {
      throw UserError.machine(
          target + ": does not answer: " + e.getMessage() + " (expected: the admin port of a run)");
    }
  }

  private URI target() {
    if (!admin.isEmpty()) {
      try {
        return URI.create(admin).resolve(PurgeEndpoint.PATH);
      } catch (IllegalArgumentException e) {
        throw UserError.usage(
            "--admin: " + admin + " (expected: a URL such as http://127.0.0.1:9800)");
      }
    }
    Path folder = state.single();
    Integer port =
        StateFolder.read(folder).map(RunState::ports).map(ports -> ports.get("admin")).orElse(null);
    if (port == null) {
      throw UserError.usage(
          "nothing runs in " + folder + " (expected: a run, or --admin with its admin port)");
    }
    return URI.create("http://127.0.0.1:" + port).resolve(PurgeEndpoint.PATH);
  }
}
