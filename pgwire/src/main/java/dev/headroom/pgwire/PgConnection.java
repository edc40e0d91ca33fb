package dev.headroom.pgwire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A blocking connection for control queries; one thread owns it. After any exception but {@link
 * ServerError} it is of no use any more.
 */
public final class PgConnection implements AutoCloseable {
  private static final int MAX_MESSAGE = 64 << 20;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final MessageFramer framer = new MessageFramer(MAX_MESSAGE);
  private final byte[] chunk = new byte[16 * 1024];
  private final Map<String, String> parameters = new HashMap<>();

  private PgConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  /** Connects without TLS, and authenticates. */
  public static PgConnection connect(
      InetSocketAddress address,
      String database,
      String user,
      String password,
      String applicationName,
      Duration timeout)
      throws IOException {
    return connect(address, Tls.DISABLED, database, user, password, applicationName, timeout);
  }

  /**
   * Connects and authenticates.
   *
   * @param timeout for the connection, and for each later wait for an answer
   */
  public static PgConnection connect(
      InetSocketAddress address,
      Tls tls,
      String database,
      String user,
      String password,
      String applicationName,
      Duration timeout)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) timeout.toMillis());
      socket.connect(
          new InetSocketAddress(address.getHostString(), address.getPort()),
          (int) timeout.toMillis());
      Socket secured = tls.isEnabled() ? secured(socket, address, tls) : socket;
      PgConnection connection = new PgConnection(secured);
      connection.start(database, user, password, applicationName);
      return connection;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket secured(Socket socket, InetSocketAddress address, Tls tls)
      throws IOException {
    socket.getOutputStream().write(new FrontendMessage.SslRequest().encode());
    int answer = socket.getInputStream().read();
    if (answer == 'S') {
      return tls.over(socket, address.getHostString(), address.getPort());
    }
    if (answer == 'N' && !tls.isRequired()) {
      return socket;
    }
    throw new IOException(
        answer < 0
            ? "the server closed the connection when asked for TLS"
            : "the server does not speak TLS (expected by sslmode=" + tls.mode().word() + ")");
  }

  private void start(String database, String user, String password, String applicationName)
      throws IOException {
    Map<String, String> startup = new LinkedHashMap<>();
    startup.put("user", user);
    startup.put("database", database);
    startup.put("client_encoding", "UTF8");
    startup.put("application_name", applicationName);
    send(new FrontendMessage.Startup(FrontendMessage.Startup.VERSION_3_0, startup));
    ServerLogin login =
        new ServerLogin(
            user, new Credential.Password(password), nonce(), new ScramKeyCache(password));
    while (true) {
      BackendMessage message = receive();
      if (message instanceof BackendMessage.ReadyForQuery) {
        return;
      }
      FrontendMessage answer = login.answer(message);
      if (answer != null) {
        send(answer);
      }
    }
  }

  static String nonce() {
    byte[] random = new byte[18];
    RANDOM.nextBytes(random);
    return Base64.getEncoder().encodeToString(random);
  }

  /** Rows of the last result of {@code sql}, as text; NULL is empty. */
  public List<List<Optional<String>>> query(String sql) throws IOException {
    send(new FrontendMessage.Query(sql));
    return rows();
  }

  /** The same with one text for {@code $1}. */
  public List<List<Optional<String>>> query(String sql, String parameter) throws IOException {
    send(new FrontendMessage.Parse("", sql, List.of()));
    send(
        new FrontendMessage.Bind(
            "", "", List.of(), List.of(Optional.of(Bytes.of(parameter))), List.of()));
    send(new FrontendMessage.Execute("", 0));
    send(new FrontendMessage.Sync());
    return rows();
  }

  private List<List<Optional<String>>> rows() throws IOException {
    List<List<Optional<String>>> rows = new ArrayList<>();
    ServerError error = null;
    while (true) {
      switch (receive()) {
        case BackendMessage.RowDescription description -> rows.clear();
        case BackendMessage.DataRow row ->
            rows.add(row.values().stream().map(value -> value.map(Bytes::utf8)).toList());
        case BackendMessage.ErrorResponse e -> error = new ServerError(e.fields());
        case BackendMessage.ReadyForQuery ready -> {
          if (error != null) {
            throw error;
          }
          return rows;
        }
        default -> {
          // Notices, tags and parameters say nothing that a control query asks for.
        }
      }
    }
  }

  /** What the server has reported of itself, for example {@code server_version}. */
  public Map<String, String> parameters() {
    return Map.copyOf(parameters);
  }

  private void send(FrontendMessage message) throws IOException {
    out.write(message.encode());
    out.flush();
  }

  private BackendMessage receive() throws IOException {
    while (true) {
      MessageFramer.@Nullable Frame frame = framer.next();
      if (frame != null) {
        BackendMessage message = BackendMessage.decode(frame.type(), frame.payload());
        if (message instanceof BackendMessage.ParameterStatus status) {
          parameters.put(status.name(), status.value());
        } else if (message instanceof BackendMessage.ErrorResponse e
            && e.fields().severity().equals("FATAL")) {
          throw new ServerError(e.fields());
        } else {
          return message;
        }
        continue;
      }
      int read = in.read(chunk);
      if (read < 0) {
        throw new IOException("the server closed the connection");
      }
      framer.append(chunk, 0, read);
    }
  }

  @Override
  public void close() {
    try (socket) {
      send(new FrontendMessage.Terminate());
    } catch (IOException e) {
      // It is gone already, which is what close wants.
    }
  }
}
