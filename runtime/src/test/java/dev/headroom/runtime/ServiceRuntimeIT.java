package dev.headroom.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.autoscaler.NodePool;
import dev.headroom.autoscaler.NodePoolSettings;
import dev.headroom.autoscaler.ReplicaSize;
import dev.headroom.autoscaler.VirtualNode;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.base.Health;
import dev.headroom.base.Percent;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.ApmSpec;
import dev.headroom.spec.DatabaseSpec;
import dev.headroom.spec.GatewaySpec;
import dev.headroom.spec.HealthSpec;
import dev.headroom.spec.NodesSpec;
import dev.headroom.spec.RedisSpec;
import dev.headroom.spec.ReplicasSpec;
import dev.headroom.spec.ResourcesSpec;
import dev.headroom.spec.RouterSpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.TargetsSpec;
import dev.headroom.spec.Value;
import dev.headroom.testing.Await;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceRuntimeIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Map<String, List<ReadyReplica>> endpoints = new ConcurrentHashMap<>();
  private final List<String> order = new CopyOnWriteArrayList<>();
  private final List<Telemetry> telemetry = new CopyOnWriteArrayList<>();
  @TempDir private Path folder;
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private static final NodesSpec THREE_NODES =
      new NodesSpec(3, 6, new Percent(0), List.of("m7i", "c7i"));

  private final AtomicInteger fewest = new AtomicInteger(Integer.MAX_VALUE);
  private Optional<ServiceRuntime> running = Optional.empty();
  private Optional<NodePool> pool = Optional.empty();
  private Runnable drain = () -> {};

  @AfterEach
  void stop() {
    running.ifPresent(ServiceRuntime::close);
    scheduler.shutdownNow();
  }

  @Test
  void scalesUpAndDownAndDrainsBeforeItStops() throws IOException {
    ServiceRuntime runtime = start(service(1, 4));
    Await.until(SOON, () -> ready().size() == 1);
    assertThat(get(ready().getFirst().address(), "/")).isEqualTo("web-1 hello");

    assertThat(runtime.scale("web", 9)).as("within its bounds").isEqualTo(4);
    Await.until(SOON, () -> ready().size() == 4);
    assertThat(runtime.check()).isEqualTo(Health.up());
    ReadyReplica last = ready().getLast();

    runtime.scale("web", 3);
    Await.until(SOON, () -> order.contains("drained web-4"));
    assertThat(order)
        .as("withdrawn before it is waited for")
        .containsSubsequence("without web-4", "drained web-4");
    Await.until(SOON, () -> !answers(last));
    assertThat(ready()).hasSize(3);

    runtime.close();
    assertThat(ready()).isEmpty();
    assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void oneThatIsKilledComesBackAndTheEventSaysSo() {
    ServiceRuntime runtime = start(service(2, 2));
    Await.until(SOON, () -> ready().size() == 2);

    long pid = pidOf("web-1");
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();

    Await.until(SOON, () -> ready().size() == 1);
    Await.until(SOON, () -> ready().size() == 2);
    assertThat(events()).anySatisfy(text -> assertThat(text).contains("pid " + pid + " ended"));
    assertThat(runtime.usage("web")).hasSize(2);
  }

  @Test
  void oneThatAnswersBadlyIsWithdrawnThenReplaced() throws IOException {
    start(service(1, 1));
    Await.until(SOON, () -> ready().size() == 1);
    InetSocketAddress first = ready().getFirst().address();

    get(first, "/sicken");

    Await.until(SOON, () -> ready().isEmpty());
    Await.until(SOON, () -> ready().size() == 1 && !ready().getFirst().address().equals(first));
    assertThat(events()).anySatisfy(text -> assertThat(text).contains("unhealthy"));
  }

  @Test
  void oneThatCannotStartSaysWhyAndIsTriedAgain() {
    ServiceSpec service = service(1, 1);
    start(withCommand(service, command("fail")));

    Await.until(SOON, () -> events().stream().filter(t -> t.contains("status 3")).count() >= 3);
    assertThat(events())
        .anySatisfy(text -> assertThat(text).contains("cannot find my configuration"));
    assertThat(running.orElseThrow().check()).isInstanceOf(Health.Down.class);
  }

  @Test
  void oneThatNoNodeHasRoomForIsNotStarted() {
    start(big(service(1, 1)));

    Await.until(SOON, () -> events().stream().anyMatch(t -> t.contains("cannot be placed")));
    assertThat(ready()).isEmpty();
    assertThat(running.orElseThrow().check()).isInstanceOf(Health.Down.class);
  }

  @Test
  void cpuAndMemoryAreMeasured() {
    ServiceRuntime runtime = start(service(1, 1));

    Await.until(
        SOON, () -> runtime.usage("web").stream().anyMatch(u -> u.residentBytes() > 1 << 20));
    assertThat(runtime.usage("web").getFirst().cpuCores()).isBetween(0.0, 4.0);
    assertThat(telemetry.stream().flatMap(t -> t.metrics().stream()).map(Metric::name))
        .contains(
            Vocabulary.REPLICA,
            Vocabulary.REPLICA_CPU,
            Vocabulary.REPLICA_MEMORY,
            Vocabulary.NODE_CPU_USED,
            Vocabulary.MACHINE_CPU);
  }

  @Test
  void aNodeThatIsTakenAwayCostsNoReadyReplica() {
    ServiceRuntime runtime = start(service(3, 3), THREE_NODES, notice(Duration.ofSeconds(30)));
    Await.until(SOON, () -> ready().size() == 3);
    fewest.set(3);
    VirtualNode victim = nodes().nodeOf("web-2").orElseThrow();

    nodes().interrupt(victim.name());

    Await.until(SOON, () -> order.contains("drained web-2"));
    Await.until(
        SOON, () -> nodes().nodes().stream().noneMatch(n -> n.name().equals(victim.name())));
    assertThat(fewest.get()).as("ready at any moment").isEqualTo(3);
    assertThat(ready()).extracting(ReadyReplica::instance).doesNotContain("web-2").hasSize(3);
    assertThat(runtime.replicas("web")).isEqualTo(3);
    assertThat(events())
        .anySatisfy(text -> assertThat(text).contains("web-2 is replaced by web-4"))
        .anySatisfy(text -> assertThat(text).contains("all its replicas had moved"));
  }

  @Test
  void whatHasNotMovedWhenTheNodeGoesIsKilled() {
    drain =
        () -> {
          try {
            Thread.sleep(Duration.ofSeconds(15));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    start(service(1, 1), THREE_NODES, notice(Duration.ofSeconds(4)));
    Await.until(SOON, () -> ready().size() == 1);
    ProcessHandle process = ProcessHandle.of(pidOf("web-1")).orElseThrow();

    nodes().interrupt(nodes().nodeOf("web-1").orElseThrow().name());

    Await.until(Duration.ofSeconds(12), () -> !process.isAlive());
    assertThat(ready()).extracting(ReadyReplica::instance).containsExactly("web-2");
    assertThat(events())
        .anySatisfy(text -> assertThat(text).contains("taken away with 1 replicas"));
  }

  @Test
  void oneThatUsesMoreMemoryThanItsLimitIsKilledAndSeen() {
    ServiceSpec service =
        with(
            service(1, 1),
            command("-Xmx512m"),
            new ResourcesSpec(
                new Cpu(100),
                ByteSize.mebibytes(100),
                Optional.of(ByteSize.mebibytes(200)),
                ResourcesSpec.RightSizing.OFF,
                Optional.empty(),
                Optional.empty()));
    ServiceRuntime runtime = start(service);
    Await.until(SOON, () -> ready().size() == 1);
    InetSocketAddress first = ready().getFirst().address();

    eat(first);

    Await.until(SOON, () -> outOfMemoryEvents().size() == 1);
    assertThat(outOfMemoryEvents().getFirst().attributes().toMap())
        .containsEntry(Vocabulary.INSTANCE, "web-1")
        .containsEntry("headroom.memory.request", 100L << 20)
        .hasEntrySatisfying(
            "headroom.memory.peak", peak -> assertThat((Long) peak).isGreaterThan(200L << 20));
    Await.until(SOON, () -> ready().size() == 1 && !ready().getFirst().address().equals(first));
    assertThat(runtime.sizes("web").getFirst().outOfMemoryAfter()).isPresent();

    // Twice the size, twice the limit: it may eat as much now.
    runtime.resize("web", "web-1", new ReplicaSize(new Cpu(100), ByteSize.mebibytes(250)), "test");
    eat(ready().getFirst().address());
    long pid = pidOf("web-1");
    Await.until(
        SOON, () -> runtime.usage("web").stream().anyMatch(u -> u.residentBytes() > 200L << 20));
    assertThat(pidOf("web-1")).isEqualTo(pid);
    assertThat(outOfMemoryEvents()).hasSize(1);
  }

  @Test
  void aJvmThatRunsOutOfHeapIsSeenToo() {
    start(withCommand(service(1, 1), command("-Xmx40m", "-XX:+ExitOnOutOfMemoryError")));
    Await.until(SOON, () -> ready().size() == 1);

    eat(ready().getFirst().address());

    Await.until(SOON, () -> outOfMemoryEvents().size() == 1);
    assertThat(outOfMemoryEvents().getFirst().body()).contains("OutOfMemoryError");
  }

  @Test
  void anotherSizeIsTakenInPlaceOrOnAnotherNode() {
    ServiceRuntime runtime = start(service(2, 2), THREE_NODES, NodePoolSettings.calm());
    Await.until(SOON, () -> ready().size() == 2);
    long pid = pidOf("web-1");
    String before = nodes().nodeOf("web-2").orElseThrow().name();

    runtime.resize("web", "web-1", size(1000), "test");
    assertThat(runtime.sizes("web").getFirst().size()).isEqualTo(size(1000));
    assertThat(ProcessHandle.of(pid)).isPresent();

    // Larger than a standard node: another one, and a process of its own there. And before that one
    // is ready, larger still: the first one waits for the one that fits.
    runtime.resize("web", "web-2", size(3000), "test");
    runtime.resize("web", "web-3", size(5000), "test");
    Await.until(SOON, () -> order.contains("drained web-2"));
    Await.until(SOON, () -> ready().size() == 2);
    assertThat(ready()).extracting(ReadyReplica::instance).containsExactly("web-1", "web-4");
    assertThat(nodes().nodeOf("web-4").orElseThrow().name()).isNotEqualTo(before);
    assertThat(runtime.replicas("web")).isEqualTo(2);
  }

  private static ReplicaSize size(long millicores) {
    return new ReplicaSize(new Cpu(millicores), ByteSize.mebibytes(64));
  }

  private static NodePoolSettings notice(Duration notice) {
    return new NodePoolSettings(Optional.empty(), notice, RandomGenerator.getDefault());
  }

  private List<LogRecord> outOfMemoryEvents() {
    return telemetry.stream()
        .flatMap(t -> t.logs().stream())
        .filter(event -> event.eventName().equals(Vocabulary.EVENT_OOM))
        .toList();
  }

  private NodePool nodes() {
    return pool.orElseThrow();
  }

  private ServiceRuntime start(ServiceSpec web) {
    return start(web, new NodesSpec(1, 1, new Percent(0), List.of("m7i")), NodePoolSettings.calm());
  }

  private ServiceRuntime start(ServiceSpec web, NodesSpec nodes, NodePoolSettings settings) {
    ScaledApp app = app(web, nodes);
    pool =
        Optional.of(NodePool.start(app, settings, telemetry::add, TimeSource.system(), scheduler));
    ServiceLaunch launch =
        new ServiceLaunch(
            folder.resolve("logs"), folder, words -> words, Map.of("GREETING", "hello"), v -> "");
    ServiceRuntime runtime =
        ServiceRuntime.start(
            app,
            launch,
            ChildRegistry.NONE,
            nodes(),
            (service, ready) -> {
              boolean had4 =
                  endpoints.getOrDefault(service, List.of()).stream()
                      .anyMatch(r -> r.instance().equals("web-4"));
              endpoints.put(service, ready);
              fewest.accumulateAndGet(ready.size(), Math::min);
              if (had4 && ready.stream().noneMatch(r -> r.instance().equals("web-4"))) {
                order.add("without web-4");
              }
            },
            (service, instance, bound) -> {
              order.add("drained " + instance);
              drain.run();
            },
            telemetry::add,
            TimeSource.system());
    running = Optional.of(runtime);
    return runtime;
  }

  private List<ReadyReplica> ready() {
    return endpoints.getOrDefault("web", List.of());
  }

  private List<String> events() {
    return telemetry.stream().flatMap(t -> t.logs().stream()).map(LogRecord::body).toList();
  }

  private static long pidOf(String instance) {
    return ProcessHandle.current()
        .children()
        .filter(ProcessHandle::isAlive)
        .sorted()
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(instance))
        .pid();
  }

  private static boolean answers(ReadyReplica replica) {
    try {
      get(replica.address(), "/");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /* Whoever eats too much may be gone before it answers. */
  private static void eat(InetSocketAddress address) {
    try {
      get(address, "/eat");
    } catch (IOException e) {
      // Its end is what the test waits for.
    }
  }

  private static String get(InetSocketAddress address, String path) throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + address.getPort() + path);
    try (InputStream in = uri.toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (java.io.FileNotFoundException e) {
      return "";
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("response code: 500")) {
        return "";
      }
      throw e;
    }
  }

  /* Flags of the JVM start with a hyphen, others are the service's. */
  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    Stream.of(arguments).filter(word -> word.startsWith("-")).forEach(command::add);
    command.add("-cp");
    command.add(Path.of("target", "test-classes").toAbsolutePath().toString());
    command.add(TinyService.class.getName());
    Stream.of(arguments).filter(word -> !word.startsWith("-")).forEach(command::add);
    return command;
  }

  private static ServiceSpec service(int min, int max) {
    return new ServiceSpec(
        Optional.empty(),
        Optional.empty(),
        command(),
        List.of(),
        OptionalInt.of(3000),
        List.of("/**"),
        new HealthSpec("/healthz", Duration.ofMillis(100), Duration.ofSeconds(1), 1, 3),
        Map.<String, Value>of(),
        new ReplicasSpec(min, max),
        new TargetsSpec(Optional.empty(), Optional.empty(), OptionalInt.empty()),
        new ResourcesSpec(new Cpu(100), ByteSize.mebibytes(64)),
        Duration.ofSeconds(5));
  }

  private static ServiceSpec withCommand(ServiceSpec s, List<String> command) {
    return with(s, command, s.resources());
  }

  /** Larger than any machine there is. */
  private static ServiceSpec big(ServiceSpec s) {
    return with(s, s.command(), new ResourcesSpec(new Cpu(1_000_000), ByteSize.mebibytes(64)));
  }

  private static ServiceSpec with(ServiceSpec s, List<String> command, ResourcesSpec resources) {
    return new ServiceSpec(
        s.image(),
        s.deploymentRef(),
        command,
        s.endpoints(),
        s.port(),
        s.paths(),
        s.health(),
        s.env(),
        s.replicas(),
        s.targets(),
        resources,
        s.stopGrace());
  }

  private static ScaledApp app(ServiceSpec web, NodesSpec nodes) {
    return new ScaledApp(
        "test",
        Map.of("web", web),
        Optional.empty(),
        GatewaySpec.listening("127.0.0.1", 0),
        new RouterSpec(
            0,
            "127.0.0.1",
            RouterSpec.PoolSize.AUTO,
            Duration.ofSeconds(10),
            Duration.ZERO,
            Duration.ofSeconds(10)),
        new DatabaseSpec(
            0, DatabaseSpec.Durability.REQUIRED, "app", "app", Optional.empty(), List.of()),
        new RedisSpec(0, 0, List.of()),
        nodes,
        new ApmSpec(
            0,
            0,
            0,
            0,
            "127.0.0.1",
            Optional.empty(),
            Optional.empty(),
            new ApmSpec.Retention(Duration.ofDays(1), Duration.ofDays(1), ByteSize.mebibytes(100))),
        Map.of(),
        List.of());
  }
}
