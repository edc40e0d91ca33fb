package dev.headroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the gateway answers by itself, and what it sends again. */
@Timeout(60)
class ResilienceTest {
  private final TestGateways gateways = new TestGateways();

  @AfterEach
  void close() throws Exception {
    gateways.close();
  }

  @Test
  void a_question_about_the_server_is_answered_by_the_gateway() throws Exception {
    RawUpstream upstream = gateways.upstream(request -> request.ok("fine"));
    RawClient client =
        gateways.client(gateways.start("balance: round-robin", TimeSource.system(), upstream));
    for (String target : new String[] {"*", "http://a.example"}) {
      client.send("OPTIONS " + target + " HTTP/1.1\r\nHost: a.example\r\n\r\n");
      RawClient.Response response = client.read();
      assertThat(response.status()).isEqualTo(204);
      assertThat(response.has("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")).isTrue();
    }
    client.send("OPTIONS / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    assertThat(client.read().body())
        .as("that of a resource is the application's")
        .isEqualTo("fine");
    assertThat(upstream.requests).hasValue(1);
  }

  @Test
  void nothing_is_sent_again_without_a_budget() throws Exception {
    RawUpstream ends =
        gateways.upstream(
            request -> {
              throw new IOException("no answer");
            });
    RawUpstream good = gateways.upstream(request -> request.ok("fine"));
    Gateway without = gateways.start("balance: round-robin\nretryBudget: 0%", ends, good);
    Gateway with = gateways.start("balance: round-robin", ends, good);
    assertThat(statuses(without)).containsOnlyOnce(502);
    assertThat(statuses(with)).containsOnly(200);
  }

  private int[] statuses(Gateway gateway) throws IOException {
    RawClient client = gateways.client(gateway);
    return new int[] {client.get("/1").status(), client.get("/2").status()};
  }

  @Test
  void a_request_that_ends_every_replica_is_not_taken_to_all_of_them() throws Exception {
    RawUpstream[] all = new RawUpstream[6];
    for (int i = 0; i < all.length; i++) {
      all[i] =
          gateways.upstream(
              request -> {
                throw new IOException("no answer");
              });
    }
    RawClient client = gateways.client(gateways.start("balance: round-robin", all));
    assertThat(client.get("/").status()).isEqualTo(502);
    int asked = 0;
    for (RawUpstream each : all) {
      asked += each.requests.get();
    }
    assertThat(asked).isEqualTo(3);
  }
}
