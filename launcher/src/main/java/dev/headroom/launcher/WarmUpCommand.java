package dev.headroom.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Touches what every start needs, for the training run of the AOT cache. */
@Command(name = "warm-up", hidden = true, description = "Train the AOT cache.")
final class WarmUpCommand implements Callable<Integer> {

  @Override
  public Integer call() {
    int status = Headroom.run("--version") | Headroom.run("--help");
    return status | Headroom.run("check", "--schema");
  }
}
