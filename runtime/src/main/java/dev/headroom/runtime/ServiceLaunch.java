package dev.headroom.runtime;

import dev.headroom.base.ByteSize;
import dev.headroom.engines.ProcessSpec;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.Value;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * How a replica's process is started: command, environment, folders.
 *
 * @param logs folder of the log files, {@code <logs>/<service>/<instance>.log}
 * @param workingDirectory where commands start
 * @param expansion turns a command of the document into the one to run
 * @param environment what every replica is told: {@code DATABASE_URL}, {@code REDIS_URL}, {@code
 *     OTEL_EXPORTER_OTLP_ENDPOINT}, …
 * @param values resolves a value that may be secret
 */
public record ServiceLaunch(
    Path logs,
    Path workingDirectory,
    UnaryOperator<List<String>> expansion,
    Map<String, String> environment,
    Function<Value, String> values) {

  public ServiceLaunch {
    environment = Map.copyOf(environment);
  }

  public ServiceLaunch withEnvironment(Map<String, String> value) {
    return new ServiceLaunch(logs, workingDirectory, expansion, value, values);
  }

  ProcessSpec processOf(
      String service,
      String instance,
      ServiceSpec spec,
      Optional<ByteSize> memoryLimit,
      Optional<InetSocketAddress> address) {
    Map<String, String> told = new LinkedHashMap<>(environment);
    told.put("OTEL_SERVICE_NAME", service);
    told.put("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=" + instance);
    told.put("HEADROOM_INSTANCE", instance);
    address.ifPresent(
        at -> {
          told.put("PORT", Integer.toString(at.getPort()));
          told.put("HOST", at.getAddress().getHostAddress());
        });
    // In a container the JVM sees its limit; here it has to be told.
    memoryLimit.ifPresent(limit -> told.put("JDK_JAVA_OPTIONS", "-XX:MaxRAM=" + limit.bytes()));
    // The document's own words come last: it may overrule anything.
    spec.env().forEach((key, value) -> told.put(key, values.apply(value)));
    Path log = logs.resolve(service).resolve(instance + ".log");
    ProcessSpec process =
        ProcessSpec.of(instance, expansion.apply(spec.command()), workingDirectory, log)
            .withEnvironment(told);
    return address.isPresent() ? process.withPorts(List.of(address.get().getPort())) : process;
  }
}
