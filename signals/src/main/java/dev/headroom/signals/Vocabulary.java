package dev.headroom.signals;

/**
 * The names under which Headroom measures itself and the application: OpenTelemetry's where it has
 * one, {@code headroom.*} elsewhere. Who writes a metric and who reads it meet here.
 *
 * <p>Every {@code headroom.*.state}-like metric is a gauge of value 1 whose attributes carry the
 * words, as kube-state-metrics does; it is written every 5 s and is over when it stops.
 */
public final class Vocabulary {
  private Vocabulary() {}

  // Attributes.

  /** The service of the document that answers. */
  public static final String SERVICE = "headroom.service";

  /** One replica of a service, for example {@code api-3}. */
  public static final String INSTANCE = "service.instance.id";

  public static final String METHOD = "http.request.method";
  public static final String ROUTE = "http.route";
  public static final String STATUS_CODE = "http.response.status_code";

  /** Fingerprint of a normalised statement, 16 hexadecimal digits. */
  public static final String QUERY = "headroom.query";

  public static final String QUERY_TEXT = "db.query.text";

  /** A member of the database cluster, for example {@code pg-0}. */
  public static final String MEMBER = "headroom.db.member";

  /** {@code primary} or {@code replica}; of Redis {@code master} or {@code replica}. */
  public static final String ROLE = "headroom.role";

  /** A life-cycle word, for example {@code ready}. */
  public static final String STATE = "headroom.state";

  public static final String NODE = "headroom.node";
  public static final String REASON = "headroom.reason";

  /** True on whatever is not real hardware or not a real price. */
  public static final String SIMULATED = "headroom.simulated";

  /** {@code on-demand} or {@code spot}. */
  public static final String CAPACITY_TYPE = "headroom.capacity_type";

  /** Of a node, USD/h: a list price, or of spot capacity a modelled one (SIMULATED). */
  public static final String PRICE = "headroom.price";

  /** {@code lower}, {@code target}, {@code upper}, {@code uncapped}, or {@code request}: now. */
  public static final String BOUND = "headroom.bound";

  /** {@code now} or {@code recommended}. */
  public static final String WHEN = "headroom.when";

  /** What a decision makes cheaper, USD/h; negative when it costs. */
  public static final String SAVING = "headroom.saving";

  // Gateway: scope of the exact figures per endpoint.

  /** Histogram, s; SERVICE, METHOD, ROUTE, STATUS_CODE. From head read to last byte written. */
  public static final String HTTP_DURATION = "http.server.request.duration";

  /** Histogram, s; SERVICE, INSTANCE. From request sent to response head. */
  public static final String UPSTREAM_DURATION = "headroom.gateway.upstream.duration";

  /** Gauge, {request}; SERVICE, INSTANCE. Time-weighted mean over the cell. */
  public static final String IN_FLIGHT = "http.server.active_requests";

  /** Gauge, {connection}. */
  public static final String GATEWAY_CONNECTIONS = "headroom.gateway.connections";

  /**
   * Gauge 1; SERVICE, INSTANCE, STATE healthy, unhealthy, unknown, ejected or draining: a replica
   * as the gateway sees it.
   */
  public static final String UPSTREAM_STATE = "headroom.gateway.upstream.state";

  /** Event; SERVICE, INSTANCE, REASON, headroom.ejected_seconds: taken out after failures. */
  public static final String EVENT_EJECTION = "headroom.gateway.ejection";

  /** A rule of {@code rateLimits}, by its name. */
  public static final String LIMIT_RULE = "headroom.limit.rule";

  /** What became of a request, one word; each metric says which. */
  public static final String OUTCOME = "headroom.outcome";

  /** Who asked: {@code user:42}, {@code tenant:7}, {@code key:ci} or {@code ip:192.0.2.1}. */
  public static final String CALLER = "headroom.caller";

  /** Sum, {request}; LIMIT_RULE, SERVICE, ROUTE, OUTCOME allowed, limited or observed. */
  public static final String LIMIT_REQUESTS = "headroom.gateway.limit.requests";

  /** Sum, {request}; LIMIT_RULE, CALLER: refused requests of the ten who were refused most. */
  public static final String LIMIT_OFFENDERS = "headroom.gateway.limit.offenders";

  /** Gauge, {caller}; LIMIT_RULE: callers that are being counted. */
  public static final String LIMIT_CALLERS = "headroom.gateway.limit.callers";

  /**
   * Sum, {request}; SERVICE, ROUTE, OUTCOME hit, collapsed (waited for another's fill),
   * revalidated, miss, bypass (may not be answered from the cache). Hit rate: (hit + collapsed +
   * revalidated) of all but bypass.
   */
  public static final String CACHE_REQUESTS = "headroom.gateway.cache.requests";

  /** Sum, {response}; SERVICE, ROUTE: responses that were kept. */
  public static final String CACHE_STORES = "headroom.gateway.cache.stores";

  /** Sum, By; SERVICE, ROUTE: content that was answered from the cache. */
  public static final String CACHE_SERVED_BYTES = "headroom.gateway.cache.served";

  /** Gauge, By: memory that kept responses take; headroom.limit_bytes on the series. */
  public static final String CACHE_MEMORY = "headroom.gateway.cache.memory";

  /** Gauge, {response}: responses in memory. */
  public static final String CACHE_ENTRIES = "headroom.gateway.cache.entries";

  /** Sum, {response}; REASON size, expired, purged, replaced: responses that went. */
  public static final String CACHE_EVICTIONS = "headroom.gateway.cache.evictions";

  /** Sum, {operation}; OUTCOME hit, miss, timeout, error or skipped: what Redis answered. */
  public static final String CACHE_SHARED = "headroom.gateway.cache.shared";

  /** Event; headroom.paths, headroom.tags, headroom.removed: someone emptied part of the cache. */
  public static final String EVENT_PURGE = "headroom.gateway.purge";

  // Router.

  /** Histogram, s; QUERY, MEMBER, ROLE. From server asked to ReadyForQuery. */
  public static final String QUERY_DURATION = "db.client.operation.duration";

  /** Sum, {query}; ROLE, REASON: where statements went, and why. */
  public static final String ROUTED = "headroom.router.routed";

  /** Histogram, s: time in the queue for a server connection. */
  public static final String QUEUE_DURATION = "headroom.router.queue.duration";

  /** Gauge, {connection}. */
  public static final String ROUTER_CLIENTS = "headroom.router.clients";

  /** Gauge, {connection}; MEMBER, STATE idle or active. */
  public static final String ROUTER_SERVERS = "headroom.router.servers";

  /** Gauge, {connection}; MEMBER. How many there may be. */
  public static final String ROUTER_POOL_LIMIT = "headroom.router.pool.limit";

  /** Gauge, {client}; MEMBER. In the queue for a server connection. */
  public static final String ROUTER_WAITING = "headroom.router.waiting";

  /** Event; MEMBER, headroom.from, headroom.to, REASON: a pool has another size. */
  public static final String EVENT_POOL = "headroom.router.pool";

  /** Sum, s; MEMBER, ROUTE where a comment names it. Connection-seconds that statements held. */
  public static final String CONNECTION_TIME = "headroom.router.connection.time";

  /** Gauge 1; MEMBER, ROLE, STATE up, lagging or down, server.address, server.port. */
  public static final String DB_MEMBER = "headroom.db.state";

  /** Gauge, By; MEMBER: WAL that the primary has written and the replica has not replayed. */
  public static final String REPLAY_LAG_BYTES = "headroom.db.replay_lag.bytes";

  /** Gauge, s; MEMBER: age of the replayed state while bytes lag, else 0. */
  public static final String REPLAY_LAG_SECONDS = "headroom.db.replay_lag.seconds";

  /** Event, once per fingerprint and process: QUERY, QUERY_TEXT. */
  public static final String EVENT_QUERY = "headroom.query.seen";

  // Runtime.

  /** Gauge 1; SERVICE, INSTANCE, NODE, STATE, process.pid, server.port, headroom.restarts. */
  public static final String REPLICA = "headroom.replica.state";

  /** Gauge, {cpu}; SERVICE, INSTANCE. Cores in use, by the process and all that it started. */
  public static final String REPLICA_CPU = "headroom.replica.cpu";

  /** Gauge, By; SERVICE, INSTANCE. Resident, of the process and all that it started. */
  public static final String REPLICA_MEMORY = "headroom.replica.memory";

  /**
   * Gauge 1; NODE, STATE empty, ready, draining or interrupted, host.type (instance type),
   * cloud.availability_zone, CAPACITY_TYPE, PRICE, SIMULATED.
   */
  public static final String NODE_STATE = "headroom.node.state";

  /** Gauge, {cpu}; NODE, SIMULATED. What its replicas ask for. */
  public static final String NODE_CPU_REQUESTED = "headroom.node.cpu.requested";

  /** Gauge, {cpu}; NODE, SIMULATED. What it can give. */
  public static final String NODE_CPU_ALLOCATABLE = "headroom.node.cpu.allocatable";

  /** Gauge, {cpu}; NODE. What its replicas really use. */
  public static final String NODE_CPU_USED = "headroom.node.cpu.used";

  /** Gauge, By; NODE, SIMULATED. */
  public static final String NODE_MEMORY_REQUESTED = "headroom.node.memory.requested";

  /** Gauge, By; NODE, SIMULATED. */
  public static final String NODE_MEMORY_ALLOCATABLE = "headroom.node.memory.allocatable";

  /** Gauge, By; NODE. */
  public static final String NODE_MEMORY_USED = "headroom.node.memory.used";

  /** Gauge, {cpu}: cores that this machine's processes keep busy; headroom.cores on the series. */
  public static final String MACHINE_CPU = "headroom.machine.cpu";

  /**
   * Gauge, {cpu}; MEMBER. Cores that all processes of a database server of this machine keep busy;
   * headroom.cores, of the machine, on the series.
   */
  public static final String DB_CPU = "headroom.db.cpu";

  /**
   * Gauge, By; MEMBER. Resident memory of all processes of a database server of this machine, what
   * they share counted once; headroom.limit_bytes, of the machine, on the series.
   */
  public static final String DB_MEMORY = "headroom.db.memory";

  // Shards.

  /** Gauge 1; headroom.redis.node, ROLE, STATE, headroom.redis.slots, headroom.redis.master. */
  public static final String REDIS_NODE = "headroom.redis.state";

  /** Sum, {hit}; headroom.redis.node. */
  public static final String REDIS_HITS = "headroom.redis.hits";

  /** Sum, {miss}; headroom.redis.node. */
  public static final String REDIS_MISSES = "headroom.redis.misses";

  /** Gauge, {key}; headroom.redis.node. */
  public static final String REDIS_KEYS = "headroom.redis.keys";

  /** Gauge, By; headroom.redis.node. */
  public static final String REDIS_MEMORY = "headroom.redis.memory";

  /** Gauge, By; headroom.redis.node. What it may use for data; 0: no limit. */
  public static final String REDIS_MEMORY_LIMIT = "redis.maxmemory";

  // Autoscaler.

  /** Gauge, {replica}; SERVICE. What it wants now. */
  public static final String DESIRED_REPLICAS = "headroom.autoscaler.desired";

  /** Event; SERVICE, headroom.from, headroom.to, REASON, headroom.data_age_seconds. */
  public static final String EVENT_SCALE = "headroom.scale";

  // Autoscaler: right-sizing, after Kubernetes' VerticalPodAutoscaler.

  /**
   * Gauge, {cpu}; SERVICE, BOUND: what one replica asks for and should. Uncapped is the target
   * before minAllowed and maxAllowed.
   */
  public static final String SIZING_CPU = "headroom.sizing.cpu";

  /** Gauge, By; SERVICE, BOUND. */
  public static final String SIZING_MEMORY = "headroom.sizing.memory";

  /** Gauge, 1; SERVICE. Days of history, at most as many as there are samples for. */
  public static final String SIZING_CONFIDENCE = "headroom.sizing.confidence";

  /**
   * Gauge, USD/h; SERVICE, WHEN, SIMULATED: what all its replicas cost by their share of nodes at
   * on-demand list prices.
   */
  public static final String SIZING_COST = "headroom.sizing.cost";

  /**
   * Event; SERVICE, REASON, headroom.cpu.from, headroom.cpu.to (cores), headroom.memory.from,
   * headroom.memory.to (By), SAVING: a recommendation was applied.
   */
  public static final String EVENT_RESIZE = "headroom.resize";

  /**
   * Event; SERVICE, INSTANCE, REASON, headroom.memory.request, headroom.memory.peak (By): a replica
   * was killed for its memory.
   */
  public static final String EVENT_OOM = "headroom.oom";

  // Autoscaler: nodes.

  /** Gauge, USD/h; CAPACITY_TYPE, SIMULATED. What the nodes cost. */
  public static final String NODES_COST = "headroom.nodes.cost";

  /**
   * Gauge, USD/h; headroom.nodes (how many), host.type, SIMULATED. What a fleet of fixed size would
   * cost: on demand, large enough for every service at replicas.max.
   */
  public static final String NODES_BASELINE_COST = "headroom.nodes.baseline.cost";

  /**
   * Event; NODE, STATE started, done or abandoned, REASON, SAVING, headroom.replicas (that move),
   * SIMULATED: a node is given back though it is not empty, or because it is.
   */
  public static final String EVENT_CONSOLIDATION = "headroom.consolidation";

  /**
   * Event; NODE, STATE noticed or over, headroom.notice_seconds, headroom.replicas (on it),
   * headroom.killed (cut off), SIMULATED: spot capacity is taken away.
   */
  public static final String EVENT_INTERRUPTION = "headroom.interruption";

  /** Event; MEMBER and what happened: primary lost, promoted, cloned, rejoined. */
  public static final String EVENT_FAILOVER = "headroom.failover";

  /** Event; SERVICE, INSTANCE: a replica ended by itself, became unhealthy, was restarted. */
  public static final String EVENT_REPLICA = "headroom.replica";

  /** Event; NODE, STATE added or removed, REASON, host.type, SIMULATED. */
  public static final String EVENT_NODE = "headroom.node";

  /** Event; headroom.redis.node. */
  public static final String EVENT_REDIS = "headroom.redis";

  // Advisor.

  /**
   * Event; ADVICE_ID, ADVICE_KIND, ADVICE_TITLE, ADVICE_RANK, ADVICE_BENEFIT, ADVICE_EVIDENCE,
   * ADVICE_ACTION_TYPE, ADVICE_ACTION, STATE proposed, applied or withdrawn. The body explains. The
   * newest event of an id counts; what still holds is told again at each analysis.
   */
  public static final String EVENT_ADVICE = "headroom.advice";

  /** The same in every run for the same proposal. */
  public static final String ADVICE_ID = "headroom.advice.id";

  /** For example {@code missing-index}. */
  public static final String ADVICE_KIND = "headroom.advice.kind";

  public static final String ADVICE_TITLE = "headroom.advice.title";

  /** Integer; 1 is what saves most. */
  public static final String ADVICE_RANK = "headroom.advice.rank";

  /** Double: seconds of execution that it saves in an hour. */
  public static final String ADVICE_BENEFIT = "headroom.advice.benefit";

  /** JSON: statement, calls, millisPerCall, before and after (millis, buffers, plan), notes. */
  public static final String ADVICE_EVIDENCE = "headroom.advice.evidence";

  /**
   * {@code sql}: Headroom can apply it; {@code document}: YAML; {@code code}: the application's.
   */
  public static final String ADVICE_ACTION_TYPE = "headroom.advice.action.type";

  /** Statements, a piece of the document, or the statement to use instead. */
  public static final String ADVICE_ACTION = "headroom.advice.action";

  // Analysis of spans and log records, made by the store as they come in.

  /**
   * Histogram, s; EDGE_FROM, EDGE_TO, EDGE_KIND, FAILED. Calls between two nodes of the service
   * map, as the caller saw them.
   */
  public static final String EDGE_DURATION = "headroom.edge.duration";

  /**
   * Histogram, s; SERVICE, METHOD, ROUTE, STATUS_CODE, service.version. Requests by the server
   * spans of services: a sample where traces are sampled.
   */
  public static final String SERVER_SPANS = "headroom.spans.server.duration";

  /** Who calls: a {@code service.name}. */
  public static final String EDGE_FROM = "headroom.edge.from";

  /** Who is called: a {@code service.name}, a database, a cache, a queue, a host. */
  public static final String EDGE_TO = "headroom.edge.to";

  /** What is called: service, database, cache, queue or external. */
  public static final String EDGE_KIND = "headroom.edge.kind";

  /** True on what ended in an error. */
  public static final String FAILED = "headroom.failed";

  /** Sum, {exception}; ERROR_GROUP, service.name, service.version. Once per trace. */
  public static final String EXCEPTIONS = "headroom.exceptions";

  /** Identity of a group of exceptions, 16 hexadecimal digits. */
  public static final String ERROR_GROUP = "headroom.error_group";

  // Alerts.

  /** Gauge 1; ALERT, SUBJECT, STATE pending or firing, CONDITION, CHANNEL, SEVERITY, SINCE. */
  public static final String ALERT_STATE = "headroom.alert.state";

  /** Gauge; ALERT, SUBJECT: the figure in its own unit (s, fraction, requests per second). */
  public static final String ALERT_VALUE = "headroom.alert.value";

  /** Event; ALERT, SUBJECT, STATE firing or resolved, CONDITION, VALUE, CHANNEL, SEVERITY. */
  public static final String EVENT_ALERT = "headroom.alert";

  /** Event; CHANNEL, STATE delivered, failed or suppressed, REASON, headroom.attempts. */
  public static final String EVENT_NOTIFICATION = "headroom.notification";

  /** Event; ALERT, headroom.until (ISO 8601), REASON: nobody is told of it until then. */
  public static final String EVENT_SILENCE = "headroom.silence";

  /** Name of an alert of the document. */
  public static final String ALERT = "headroom.alert.name";

  /** The condition or objective as written. */
  public static final String CONDITION = "headroom.alert.condition";

  /** What it is about, for example {@code web GET /api/search}; empty: all requests. */
  public static final String SUBJECT = "headroom.alert.subject";

  /** The figure as people read it, for example {@code 312ms}. */
  public static final String VALUE = "headroom.alert.text";

  /** Name of a channel of the document. */
  public static final String CHANNEL = "headroom.channel";

  /** page or ticket. */
  public static final String SEVERITY = "headroom.severity";

  /** When a state began, ISO 8601. */
  public static final String SINCE = "headroom.since";
}
