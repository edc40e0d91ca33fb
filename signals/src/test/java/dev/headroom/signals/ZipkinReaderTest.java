package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ZipkinReaderTest {
  private static final String CALL =
      """
      [{"traceId":"5af7183fb1d4cf5f","id":"352bff9a74ca9ad2","parentId":"6b221d5bc9e6496c",
        "kind":"CLIENT","name":"get /api","timestamp":1556604172355737,"duration":1431,
        "localEndpoint":{"serviceName":"frontend","ipv4":"192.168.99.1","port":3306},
        "remoteEndpoint":{"serviceName":"backend","ipv4":"172.19.0.2","port":58648},
        "annotations":[{"timestamp":1556604172355800,"value":"ws"}],
        "tags":{"http.method":"GET","http.path":"/api","error":"500"}},
       {"traceId":"5af7183fb1d4cf5f","id":"352bff9a74ca9ad2","parentId":"6b221d5bc9e6496c",
        "kind":"SERVER","name":"get /api","timestamp":1556604172356000,"duration":900,
        "shared":true,"localEndpoint":{"serviceName":"backend"},"tags":{"sql.query":"SELECT 2"}}]
      """;

  private static OtlpBatch read(String text) {
    return new ZipkinReader().read(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aSharedSpanBecomesTheClientsAndTheServersUnderIt() {
    var spans = read(CALL).telemetry().spans();

    assertThat(spans).hasSize(2);
    Span client = spans.getFirst();
    assertThat(client.traceId()).isEqualTo(TraceId.parse("00000000000000005af7183fb1d4cf5f"));
    assertThat(client.kind()).isEqualTo(Span.Kind.CLIENT);
    assertThat(client.status()).isEqualTo(Span.Status.ERROR);
    assertThat(client.durationNanos()).isEqualTo(1_431_000);
    assertThat(client.attributes().text("service.peer.name")).contains("backend");
    assertThat(client.resource().text("service.name")).contains("frontend");
    assertThat(client.events()).extracting(Span.Event::name).containsExactly("ws");
    Span server = spans.getLast();
    assertThat(server.parentId()).isEqualTo(client.spanId());
    assertThat(server.spanId()).isNotEqualTo(client.spanId());
    assertThat(server.attributes().text("db.query.text")).contains("SELECT 2");
  }

  @Test
  void aSpanThatCannotBeUsedIsLeftOutAlone() {
    OtlpBatch batch =
        read(
            "[{\"traceId\":\"xyz\",\"id\":\"1\"},{\"traceId\":\"5af7183fb1d4cf5f\",\"id\":"
                + "\"352bff9a74ca9ad2\",\"timestamp\":1556604172355737,\"new\":{\"a\":[1]}}]");
    assertThat(batch.telemetry().spans()).hasSize(1);
    assertThat(batch.rejected()).isEqualTo(1);
    assertThat(batch.rejection()).contains("xyz");
  }

  @Test
  void whatIsNoListIsRefused() {
    assertThatThrownBy(() -> read("{}")).isInstanceOf(OtlpRefusal.class);
    assertThatThrownBy(() -> read("[1]")).isInstanceOf(OtlpRefusal.class);
    assertThatThrownBy(() -> read("[{\"id\":")).isInstanceOf(OtlpRefusal.class);
    assertThatThrownBy(() -> read("")).isInstanceOf(OtlpRefusal.class);
  }

  @Test
  void mutationsAreReadOrRefused() {
    Random random = new Random(3);
    byte[] valid = CALL.getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < 5_000; round++) {
      byte[] bytes = valid.clone();
      for (int i = 0; i < 1 + random.nextInt(6); i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
      }
      try {
        new ZipkinReader().read(bytes);
      } catch (OtlpRefusal refused) {
        assertThat(refused).hasMessageContaining(" ");
      }
    }
  }
}
