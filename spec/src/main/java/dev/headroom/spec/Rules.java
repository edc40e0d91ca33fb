package dev.headroom.spec;

import dev.headroom.spec.ResourcesSpec.AllowedSpec;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What must hold between the values of a document, beyond each being right by itself. A rule is
 * silent about parts of which something is already known to be wrong.
 */
final class Rules {
  private static final Predicate<String> LABEL =
      Pattern.compile("[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?").asMatchPredicate();
  private static final Predicate<String> VARIABLE =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_]*").asMatchPredicate();
  private static final Predicate<String> IDENTIFIER =
      Pattern.compile("[a-z_][a-z0-9_]{0,62}").asMatchPredicate();
  private static final Predicate<String> ADDRESS =
      Pattern.compile("[0-9A-Za-z](?:[-.0-9A-Za-z]{0,251}[0-9A-Za-z])?|[0-9A-Fa-f:.]{2,45}")
          .asMatchPredicate();
  private static final Predicate<String> FAMILY =
      Pattern.compile("[a-z][a-z0-9-]{1,20}").asMatchPredicate();
  private static final Predicate<String> URL_PATH =
      Pattern.compile("/[^\\s?#]*").asMatchPredicate();
  private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::");

  private final Tree.Mapping tree;
  private final Problems problems;

  Rules(Tree.Mapping tree, Problems problems) {
    this.tree = tree;
    this.problems = problems;
  }

  /** A DNS label (RFC 1123). */
  static boolean isLabel(String name) {
    return LABEL.test(name);
  }

  /** Tells what does not hold; gives the document with the defaults that depend on others. */
  ScaledApp hold(ScaledApp app) {
    if (app.services().isEmpty()) {
      tell("at least one service", "", "", "spec", "services");
    }
    app.services().forEach(this::service);
    migrate(app);
    database(app.database());
    notBeside("redis", Moot.keys(app.redis()), "nodes");
    new GatewayRules(app.gateway(), this::tell, path -> tree.find(path).isPresent()).hold();
    addresses(app);
    ports(app);
    families(app.nodes());
    new AlertRules(app, tree, this::tell).hold();
    return withPaths(app);
  }

  private void service(String name, ServiceSpec service) {
    if (!isLabel(name)) {
      tell("a name of lower-case letters, digits and hyphens, at most 63", name, "", at(name));
    }
    boolean runsHere = !service.command().isEmpty();
    boolean runsElsewhere = !service.endpoints().isEmpty();
    if (!runsHere
        && !runsElsewhere
        && service.image().isEmpty()
        && service.deploymentRef().isEmpty()
        && clean(at(name))) {
      tell("one of command, endpoints, image, deploymentRef", "nothing to run", "", at(name));
    }
    if (runsHere && runsElsewhere) {
      tell(
          "command or endpoints, not both",
          "",
          "an overlay takes the other away with null",
          at(name, "endpoints"));
    }
    if (!service.isServer() && clean(at(name, "port")) && clean(at(name, "endpoints"))) {
      worker(at(name, "targets", "inFlight"));
      worker(at(name, "targets", "p95"));
      Moot.keys(service).forEach(key -> worker(at(name, key)));
    }
    for (String variable : service.env().keySet()) {
      if (!VARIABLE.test(variable)) {
        tell(
            "the name of a variable: letters, digits and underscores",
            variable,
            "",
            at(name, "env", variable));
      }
    }
    if (runsHere && service.command().getFirst().isBlank()) {
      tell("a program and its arguments", "", "", at(name, "command"));
    }
    sizes(name, service.resources());
    urlPath(service.health().path(), at(name, "health", "path"));
    for (String path : service.paths()) {
      urlPath(path, at(name, "paths"));
    }
    if (service.endpoints().stream().map(URI::getAuthority).distinct().count()
        < service.endpoints().size()) {
      tell("each endpoint once", "", "", at(name, "endpoints"));
    }
  }

  private void sizes(String service, ResourcesSpec resources) {
    resources
        .memoryLimit()
        .filter(limit -> limit.compareTo(resources.memory()) < 0)
        .ifPresent(
            limit ->
                tell(
                    "at least " + resources.memory() + ", which is memory",
                    limit.toString(),
                    "",
                    at(service, "resources", "memoryLimit")));
    if (resources.minAllowed().isPresent() && resources.maxAllowed().isPresent()) {
      AllowedSpec min = resources.minAllowed().get();
      AllowedSpec max = resources.maxAllowed().get();
      notAbove(service, "cpu", min.cpu(), max.cpu());
      notAbove(service, "memory", min.memory(), max.memory());
    }
  }

  private <T extends Comparable<T>> void notAbove(
      String service, String key, Optional<T> min, Optional<T> max) {
    if (min.isPresent() && max.isPresent() && min.get().compareTo(max.get()) > 0) {
      tell(
          "at least " + min.get() + ", which is minAllowed." + key,
          max.get().toString(),
          "",
          at(service, "resources", "maxAllowed", key));
    }
  }

  private void worker(String[] key) {
    if (tree.find(key).isPresent()) {
      tell("a service with a port", "", "a worker answers no requests", key);
    }
  }

  /** A path, or a path and {@code **} for all below it. */
  static boolean isPattern(String path) {
    int star = path.indexOf("**");
    return URL_PATH.test(path) && (star < 0 || star == path.length() - 2);
  }

  private void urlPath(String path, String[] key) {
    if (!isPattern(path)) {
      tell("a path that starts with /, with ** only at its end", path, "", key);
    }
  }

  /* Which service answers a request must be said where it is not plain. */
  private ScaledApp withPaths(ScaledApp app) {
    List<String> servers =
        app.services().entrySet().stream()
            .filter(e -> e.getValue().isServer())
            .map(Map.Entry::getKey)
            .toList();
    Map<String, String> owners = new HashMap<>();
    Map<String, ServiceSpec> services = new LinkedHashMap<>();
    app.services()
        .forEach(
            (name, service) -> {
              List<String> paths = service.paths();
              if (service.isServer() && paths.isEmpty() && servers.size() == 1) {
                paths = List.of("/**");
              } else if (service.isServer() && paths.isEmpty()) {
                tell(
                    "paths for each service with a port, as there are several",
                    "",
                    "for example paths: [/" + name + "/**]",
                    at(name, "paths"));
              }
              for (String path : paths) {
                String owner = owners.putIfAbsent(path, name);
                if (owner != null) {
                  tell("a path of one service", path, owner + " has it", at(name, "paths"));
                }
              }
              services.put(name, withPaths(service, paths));
            });
    return new ScaledApp(
        app.name(),
        services,
        app.migrate(),
        app.gateway(),
        app.router(),
        app.database(),
        app.redis(),
        app.nodes(),
        app.apm(),
        app.channels(),
        app.alerts());
  }

  private static ServiceSpec withPaths(ServiceSpec service, List<String> paths) {
    return new ServiceSpec(
        service.image(),
        service.deploymentRef(),
        service.command(),
        service.endpoints(),
        service.port(),
        paths,
        service.health(),
        service.env(),
        service.replicas(),
        service.targets(),
        service.resources(),
        service.stopGrace());
  }

  private void migrate(ScaledApp app) {
    app.migrate()
        .filter(migrate -> !app.services().containsKey(migrate.service()))
        .ifPresent(
            migrate ->
                tell(
                    "one of the services",
                    migrate.service(),
                    Binder.suggestion(migrate.service(), app.services().keySet()),
                    "spec",
                    "migrate",
                    "service"));
  }

  private void database(DatabaseSpec database) {
    notBeside("database", Moot.keys(database), "primary");
    if (!database.isExternal() && !database.readReplicas().isEmpty()) {
      tell("primary beside it", "", "", "spec", "database", "readReplicas");
    }
    if (!IDENTIFIER.test(database.name())) {
      tell(
          "lower-case letters, digits and underscores, at most 63",
          database.name(),
          "",
          "spec",
          "database",
          "name");
    }
    if (!IDENTIFIER.test(database.user())) {
      tell(
          "lower-case letters, digits and underscores, at most 63",
          database.user(),
          "",
          "spec",
          "database",
          "user");
    }
  }

  /* What Headroom runs itself has no meaning where someone else runs it. */
  private void notBeside(String section, List<String> keys, String other) {
    for (String key : keys) {
      if (tree.find("spec", section, key).isPresent()) {
        tell(
            "no " + key + " beside " + other + ", which someone else runs",
            "",
            "an overlay takes it away with null",
            "spec",
            section,
            key);
      }
    }
  }

  private void addresses(ScaledApp app) {
    address(app.gateway().address(), "gateway");
    address(app.router().address(), "router");
    address(app.apm().address(), "apm");
  }

  private void address(String address, String section) {
    if (!ADDRESS.test(address)) {
      tell("an IP address or a host name", address, "", "spec", section, "address");
    }
  }

  private void ports(ScaledApp app) {
    List<Port> ports = new ArrayList<>();
    ports.add(new Port("gateway", "listen", app.gateway().address(), app.gateway().listen()));
    app.gateway()
        .tls()
        .ifPresent(
            tls ->
                ports.add(
                    new Port("gateway", "tls.listen", app.gateway().address(), tls.listen())));
    ports.add(new Port("router", "listen", app.router().address(), app.router().listen()));
    ApmSpec apm = app.apm();
    ports.add(new Port("apm", "grpc", apm.address(), apm.grpc()));
    ports.add(new Port("apm", "http", apm.address(), apm.http()));
    ports.add(new Port("apm", "console", apm.address(), apm.console()));
    ports.add(new Port("apm", "admin", apm.address(), apm.admin()));
    for (int i = 0; i < ports.size(); i++) {
      for (int j = 0; j < i; j++) {
        Port port = ports.get(i);
        Port other = ports.get(j);
        if (port.collides(other)) {
          // Blame the one that was written; of two, the later.
          boolean swap = tree.find(port.path()).isEmpty();
          Port blamed = swap ? other : port;
          tell(
              "a port that nothing else of this document has, or 0",
              Integer.toString(port.number),
              String.join(".", (swap ? port : other).path()) + " has it",
              blamed.path());
          break;
        }
      }
    }
  }

  private void families(NodesSpec nodes) {
    if (nodes.families().isEmpty() || !nodes.families().stream().allMatch(FAMILY)) {
      tell(
          "EC2 instance families, for example m7i",
          String.join(",", nodes.families()),
          "",
          "spec",
          "nodes",
          "families");
    }
  }

  private static String[] at(String service, String... keys) {
    String[] path = new String[keys.length + 3];
    path[0] = "spec";
    path[1] = "services";
    path[2] = service;
    System.arraycopy(keys, 0, path, 3, keys.length);
    return path;
  }

  private boolean clean(String... path) {
    return !problems.concern(String.join(".", path));
  }

  private void tell(String expected, String value, String hint, String... path) {
    if (clean(path)) {
      problems.add(tree.nearest(path), String.join(".", path), value, expected, hint);
    }
  }

  /** Something of Headroom's own that listens. */
  private record Port(String section, String key, String address, int number) {
    String[] path() {
      return ("spec." + section + "." + key).split("\\.");
    }

    boolean collides(Port other) {
      return number != 0
          && number == other.number
          && (address.equals(other.address)
              || ANY_ADDRESS.contains(address)
              || ANY_ADDRESS.contains(other.address));
    }
  }
}
