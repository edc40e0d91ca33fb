package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.testing.PostgresExtension;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages that are cut, bent or made up cost the client that sends them, and nobody else. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FramingIT {
  private static final int ROUNDS = 400;

  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  private static RouterFixture router;

  @BeforeAll
  static void start() {
    router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(5));
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  private static byte[] good() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List.of(
            new FrontendMessage.Query("SELECT 1; SELECT 'two'"),
            new FrontendMessage.Parse("s", "SELECT $1::text", List.of()),
            new FrontendMessage.Bind("", "s", List.of(), List.of(Optional.empty()), List.of()),
            new FrontendMessage.Describe(FrontendMessage.Target.PORTAL, ""),
            new FrontendMessage.Execute("", 0),
            new FrontendMessage.Close(FrontendMessage.Target.STATEMENT, "s"),
            new FrontendMessage.Sync())
        .forEach(message -> out.writeBytes(message.encode()));
    return out.toByteArray();
  }

  @Test
  void anyBytesCostTheirOwnClientAlone() throws IOException, SQLException {
    Random random = new Random(11);
    byte[] good = good();
    int refused = 0;
    try (Connection witness = router.connect("&prepareThreshold=1")) {
      for (int round = 0; round < ROUNDS; round++) {
        String refusal = send(bent(good, random, round));
        refused += refusal.isEmpty() ? 0 : 1;
        assertThat(refusal).as("round " + round).isIn("", "08P01", "54000");
        assertThat(RouterFixture.text(witness, "SELECT " + round))
            .as("a stranger's answer after round " + round)
            .isEqualTo(Integer.toString(round));
      }
    }
    assertThat(refused).as("refused").isGreaterThan(ROUNDS / 20);
    try (Connection admin = router.admin();
        var statement = admin.createStatement();
        var rows = statement.executeQuery("SHOW POOLS")) {
      while (rows.next()) {
        assertThat(rows.getInt("active")).as(rows.getString("member")).isZero();
        assertThat(rows.getInt("waiting")).as(rows.getString("member")).isZero();
      }
    }
  }

  private static byte[] bent(byte[] good, Random random, int round) {
    byte[] bytes;
    if (round % 4 == 0) {
      bytes = new byte[1 + random.nextInt(200)];
      random.nextBytes(bytes);
      return bytes;
    }
    bytes = good.clone();
    for (int flips = random.nextInt(3); flips >= 0; flips--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return round % 4 == 1 ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  /*
   * What comes back must be messages to the end, and nothing comes behind a fatal error: its
   * SQLSTATE, or the empty text when there was none.
   */
  private static String send(byte[] bytes) throws IOException {
    String refusal = "";
    try (WireClient client = new WireClient(router.router.address().getPort())) {
      client.startup(POSTGRES.user(), POSTGRES.database()).authenticate(POSTGRES.password());
      client.send(bytes).finish();
      while (true) {
        BackendMessage message = client.next();
        assertThat(refusal).as("of what " + message + " came behind").isEmpty();
        if (message instanceof BackendMessage.ErrorResponse error
            && error.fields().severity().equals("FATAL")) {
          refusal = error.fields().sqlState();
        }
      }
    } catch (EOFException | SocketException e) {
      return refusal;
    } catch (UncheckedIOException e) {
      return refusal; // Sent away while still sending.
    }
  }
}
