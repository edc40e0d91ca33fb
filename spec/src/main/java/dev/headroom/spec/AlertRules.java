package dev.headroom.spec;

import java.util.HashSet;
import java.util.Set;

/** What must hold between alerts, their channels and the services. */
final class AlertRules {
  private final ScaledApp app;
  private final Tree.Mapping tree;
  private final Teller teller;

  /** Tells a problem. */
  @FunctionalInterface
  interface Teller {
    void tell(String expected, String value, String hint, String... path);
  }

  AlertRules(ScaledApp app, Tree.Mapping tree, Teller teller) {
    this.app = app;
    this.tree = tree;
    this.teller = teller;
  }

  void hold() {
    app.channels().forEach(this::channel);
    Set<String> titles = new HashSet<>();
    for (int i = 0; i < app.alerts().size(); i++) {
      String[] path = {"spec", "alerts[" + i + "]"};
      alert(app.alerts().get(i), path[1]);
      if (!titles.add(app.alerts().get(i).title())) {
        teller.tell("each alert once, or a name of its own", app.alerts().get(i).title(), "", path);
      }
    }
  }

  private void channel(String name, ChannelSpec channel) {
    String[] path = {"spec", "channels", name};
    if (!Rules.isLabel(name)) {
      teller.tell("a name of lower-case letters, digits and hyphens, at most 63", name, "", path);
    }
    if (channel.slack().isPresent() == channel.webhook().isPresent()) {
      teller.tell("one of slack and webhook", "", "", path);
    }
    if (channel.signingKey().isPresent() && channel.webhook().isEmpty()) {
      teller.tell(
          "signingKey beside webhook",
          "",
          "Slack takes no signature",
          "spec",
          "channels",
          name,
          "signingKey");
    }
  }

  private void alert(AlertSpec alert, String path) {
    if (alert.when().isPresent() == alert.slo().isPresent()) {
      teller.tell("one of when and slo", "", "", "spec", path);
    }
    // A channel with a mistake in it is there all the same.
    alert
        .channel()
        .filter(channel -> tree.find("spec", "channels", channel).isEmpty())
        .ifPresent(
            channel ->
                teller.tell(
                    "one of the channels",
                    channel,
                    app.channels().isEmpty()
                        ? "write spec.channels"
                        : Binder.suggestion(channel, app.channels().keySet()),
                    "spec",
                    path,
                    "notify"));
    alert
        .service()
        .filter(service -> tree.find("spec", "services", service).isEmpty())
        .ifPresent(
            service ->
                teller.tell(
                    "one of the services",
                    service,
                    Binder.suggestion(service, app.services().keySet()),
                    "spec",
                    path,
                    "service"));
  }
}
