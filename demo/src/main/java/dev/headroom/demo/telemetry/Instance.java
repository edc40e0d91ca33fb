package dev.headroom.demo.telemetry;

import dev.headroom.demo.settings.Settings;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which process of which service this is: what {@code X-Replica} and each span say. */
public record Instance(String service, String id, Map<String, String> attributes) {
  private static final String INSTANCE_ID = "service.instance.id";

  public Instance {
    attributes = Map.copyOf(attributes);
  }

  /** From {@code OTEL_SERVICE_NAME} and {@code OTEL_RESOURCE_ATTRIBUTES}. */
  public static Instance of(Settings settings, String role) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String pair : settings.text("OTEL_RESOURCE_ATTRIBUTES", "").split(",")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        attributes.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
      }
    }
    String service =
        settings.find("OTEL_SERVICE_NAME").orElse(attributes.getOrDefault("service.name", role));
    String id = attributes.getOrDefault(INSTANCE_ID, role + "-" + ProcessHandle.current().pid());
    attributes.put("service.name", service);
    attributes.put(INSTANCE_ID, id);
    return new Instance(service, id, attributes);
  }
}
