package dev.headroom.demo.traffic.load;

import java.util.List;

/** The endpoints of the sample application, and how often a user comes by each. */
public enum Endpoint {
  LOGIN("POST", "/api/login", 0, Need.NOTHING),
  ME("GET", "/api/me", 3.8, Need.NOTHING),
  PROJECTS("GET", "/api/projects", 5.0, Need.NOTHING),
  CREATE_PROJECT("POST", "/api/projects", 0.2, Need.NOTHING),
  PROJECT("GET", "/api/projects/{projectId}", 4.0, Need.PROJECT),
  PROJECT_ISSUES("GET", "/api/projects/{projectId}/issues", 13.0, Need.PROJECT),
  CREATE_ISSUE("POST", "/api/projects/{projectId}/issues", 2.6, Need.PROJECT),
  ISSUE("GET", "/api/issues/{issueId}", 18.0, Need.ISSUE),
  EDIT_ISSUE("PATCH", "/api/issues/{issueId}", 4.0, Need.ISSUE),
  DELETE_ISSUE("DELETE", "/api/issues/{issueId}", 0.4, Need.PROJECT),
  COMMENTS("GET", "/api/issues/{issueId}/comments", 8.5, Need.ISSUE),
  CREATE_COMMENT("POST", "/api/issues/{issueId}/comments", 3.0, Need.ISSUE),
  ATTACHMENTS("GET", "/api/issues/{issueId}/attachments", 2.5, Need.ISSUE),
  CREATE_ATTACHMENT("POST", "/api/issues/{issueId}/attachments", 0.6, Need.ISSUE),
  HISTORY("GET", "/api/issues/{issueId}/history", 1.6, Need.ISSUE),
  SET_LABELS("PUT", "/api/issues/{issueId}/labels", 1.1, Need.LABEL),
  LABELS("GET", "/api/labels", 2.8, Need.NOTHING),
  SEARCH("GET", "/api/search", 0.8, Need.NOTHING),
  NOTIFICATIONS("GET", "/api/notifications", 6.0, Need.NOTHING),
  READ_NOTIFICATIONS("POST", "/api/notifications/read", 1.2, Need.NOTHING),
  USERS("GET", "/api/users", 2.4, Need.NOTHING),
  USER("GET", "/api/users/{userId}", 0.8, Need.NOTHING),
  ACTIVITY("GET", "/api/users/{userId}/activity", 0.6, Need.NOTHING),
  DASHBOARD("GET", "/api/dashboard", 4.0, Need.NOTHING),
  BOARD("GET", "/api/boards/{projectId}", 3.5, Need.PROJECT),
  THROUGHPUT("GET", "/api/reports/throughput", 0.2, Need.NOTHING),
  WORKLOAD("GET", "/api/reports/workload", 0.15, Need.NOTHING),
  AGEING("GET", "/api/reports/ageing", 0.15, Need.NOTHING),
  REBUILD_REPORTS("POST", "/api/reports/rebuild", 0.05, Need.NOTHING),
  AUDIT("GET", "/api/audit", 0.6, Need.NOTHING),
  EXPORT("GET", "/api/exports/{projectId}", 0.15, Need.PROJECT),
  SYNC("POST", "/api/integrations/sync", 0.3, Need.NOTHING),
  PAGE("GET", "/", 0, Need.NOTHING),
  ASSET("GET", "/assets/**", 0, Need.ASSET),
  LIVE("GET", "/ws/live", 0, Need.NOTHING),
  HEALTH("GET", "/healthz", 0.3, Need.NOTHING);

  /** What a user must have come across before it can be asked for. */
  public enum Need {
    NOTHING,
    PROJECT,
    ISSUE,
    /** An issue, and labels to put on it. */
    LABEL,
    ASSET
  }

  /** In the order of the table. */
  public static final List<Endpoint> ALL = List.of(values());

  private final String method;
  private final String template;
  private final double weight;
  private final Need need;
  private final String label;

  Endpoint(String method, String template, double weight, Need need) {
    this.method = method;
    this.template = template;
    this.weight = weight;
    this.need = need;
    this.label = method + " " + template;
  }

  public String method() {
    return method;
  }

  /** Its share among what logged-in users do; zero for what happens by itself beside that. */
  double weight() {
    return weight;
  }

  public Need need() {
    return need;
  }

  /** For example {@code GET /api/issues/{issueId}}. */
  public String label() {
    return label;
  }

  /** The path with {@code id} in the place of the only variable. */
  public String path(long id) {
    int open = template.indexOf('{');
    return template.substring(0, open) + id + template.substring(template.indexOf('}') + 1);
  }

  /** The path of an endpoint without variables. */
  public String path() {
    return template;
  }

  /** Whether a browser shows a page after it, for which it may load page and assets anew. */
  public boolean view() {
    return method.equals("GET") && weight > 0 && this != HEALTH && this != EXPORT;
  }

  boolean write() {
    return !method.equals("GET") && this != LOGIN;
  }

  boolean heavy() {
    return switch (this) {
      case SEARCH, THROUGHPUT, WORKLOAD, AGEING, REBUILD_REPORTS, EXPORT, SYNC -> true;
      default -> false;
    };
  }

  /** Whether what it wrote can be looked up at once. */
  boolean readable() {
    return switch (this) {
      case CREATE_PROJECT,
          CREATE_ISSUE,
          EDIT_ISSUE,
          DELETE_ISSUE,
          CREATE_COMMENT,
          CREATE_ATTACHMENT,
          SET_LABELS ->
          true;
      default -> false;
    };
  }
}
