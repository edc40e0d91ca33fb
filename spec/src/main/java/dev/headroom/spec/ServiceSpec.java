package dev.headroom.spec;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** One part of the application; with a {@code port} it serves HTTP, without one it is a worker. */
public record ServiceSpec(
    @Setting("Container image, on Kubernetes.") Optional<String> image,
    @Setting("The Deployment that a pipeline owns, on Kubernetes.") Optional<String> deploymentRef,
    @Setting("Program and arguments, on one machine.") List<String> command,
    @Setting("Base URLs of replicas that someone else runs.") List<URI> endpoints,
    @Setting(value = "The port it listens on; PORT tells it on one machine.", min = 0, max = 65535)
        OptionalInt port,
    @Setting("Path patterns it answers; /** for the only service with a port.") List<String> paths,
    @Setting("How to see that a replica is healthy.") HealthSpec health,
    @Setting("Environment variables.") Map<String, Value> env,
    @Setting("Bounds of the number of replicas.") ReplicasSpec replicas,
    @Setting("What the autoscaler keeps.") TargetsSpec targets,
    @Setting("What one replica asks for.") ResourcesSpec resources,
    @Setting(value = "Time to finish running work after SIGTERM.", def = "15s", max = 3_600_000)
        Duration stopGrace) {

  public ServiceSpec {
    command = List.copyOf(command);
    endpoints = List.copyOf(endpoints);
    paths = List.copyOf(paths);
    env = Ordered.copyOf(env);
  }

  /** Answers HTTP behind the gateway. */
  public boolean isServer() {
    return port.isPresent() || !endpoints.isEmpty();
  }
}
