package dev.headroom.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** PostgreSQL in front of primary and replicas. */
public record RouterSpec(
    @Setting(value = "Port; 0 picks a free one.", def = "6432", min = 0, max = 65535) int listen,
    @Setting(value = "Address to bind.", def = "127.0.0.1") String address,
    @Setting(
            value = "Server connections per member; auto sizes itself.",
            def = "auto",
            min = 1,
            max = 10_000)
        PoolSize pool,
    @Setting(value = "Time a client waits for a server connection.", def = "10s", min = 1)
        Duration queueTimeout,
    @Setting(
            value = "Time a read waits for a replica to catch up, then the primary answers.",
            def = "0ms")
        Duration freshnessWait,
    @Setting(value = "Replicas further behind get no reads.", def = "10s", min = 1) Duration maxLag,
    @Setting(value = "For how long a client keeps its server connection.", def = "transaction")
        PoolMode poolMode,
    @Setting(value = "Only look: everything goes to the primary, and is measured.", def = "false")
        boolean observe,
    @Setting(
            value = "Obey SET headroom.route and a leading /* headroom.route=primary */.",
            def = "false")
        boolean routeHints,
    @Setting(value = "How clients prove who they are.", def = "scram-sha-256") Auth auth,
    @Setting("TLS for clients.") Optional<ClientTls> tls,
    @Setting("Further databases of the same servers that clients may ask for.")
        List<String> databases,
    @Setting("Further users that may log in.") List<User> users,
    @Setting("More of them: a line each, \"name\" \"secret\", as in PgBouncer's userlist.txt.")
        Optional<Value> userList,
    @Setting("SQL that gives name and secret of user $1, asked of the primary for all others.")
        Optional<String> authQuery,
    @Setting("Slow statements, which are kept.") SlowStatements slow) {

  public RouterSpec {
    databases = List.copyOf(databases);
    users = List.copyOf(users);
  }

  /** The application's database and user alone. */
  public RouterSpec(
      int listen,
      String address,
      PoolSize pool,
      Duration queueTimeout,
      Duration freshnessWait,
      Duration maxLag,
      PoolMode poolMode,
      boolean observe,
      boolean routeHints,
      Auth auth,
      Optional<ClientTls> tls) {
    this(
        listen,
        address,
        pool,
        queueTimeout,
        freshnessWait,
        maxLag,
        poolMode,
        observe,
        routeHints,
        auth,
        tls,
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        SlowStatements.DEFAULT);
  }

  /** With the defaults for what is seldom set. */
  public RouterSpec(
      int listen,
      String address,
      PoolSize pool,
      Duration queueTimeout,
      Duration freshnessWait,
      Duration maxLag) {
    this(
        listen,
        address,
        pool,
        queueTimeout,
        freshnessWait,
        maxLag,
        PoolMode.TRANSACTION,
        false,
        false,
        Auth.SCRAM_SHA_256,
        Optional.empty());
  }

  /** How long a client keeps a server connection. */
  public enum PoolMode {
    /** Until its transaction ends. */
    TRANSACTION,
    /** Until it disconnects; everything runs on the primary. */
    SESSION
  }

  /** PostgreSQL's words for how a client proves who it is. */
  public enum Auth {
    SCRAM_SHA_256,
    MD5,
    /** Not at all: whoever can connect is let in. */
    TRUST
  }

  /** TLS 1.2 and 1.3 on the router's port, by SSLRequest or from the first byte. */
  public record ClientTls(
      @Setting(value = "The certificate, then its chain, PEM.", required = true) Value certificate,
      @Setting(value = "The private key, PKCS #8, PEM.", required = true) Value key,
      @Setting(value = "Refuse clients without TLS.", def = "false") boolean required) {}

  /** A user beside the application's own. */
  public record User(
      @Setting(value = "Name.", required = true) String name,
      @Setting(
              value = "Password, or what PostgreSQL keeps of it: md5… or SCRAM-SHA-256$….",
              required = true)
          Value password) {}

  /** Which statements the router keeps one by one. */
  public record SlowStatements(
      @Setting(value = "What takes longer is kept.", def = "1s", min = 1) Duration longerThan,
      @Setting(value = "Keep their text and values too, not only their form.", def = "false")
          boolean values) {

    /** After a second, without values. */
    public static final SlowStatements DEFAULT = new SlowStatements(Duration.ofSeconds(1), false);
  }

  /** A number of connections, or {@code auto}. */
  public record PoolSize(OptionalInt fixed) {

    public static final PoolSize AUTO = new PoolSize(OptionalInt.empty());

    /** 20 per member until the pool tunes itself. */
    public int connections() {
      return fixed.orElse(20);
    }

    @Override
    public String toString() {
      return fixed.isPresent() ? Integer.toString(fixed.getAsInt()) : "auto";
    }
  }
}
