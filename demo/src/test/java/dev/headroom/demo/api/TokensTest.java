package dev.headroom.demo.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class TokensTest {
  @Test
  void onlyItsOwnValidTokensAreBelieved() {
    Tokens tokens = new Tokens("secret", InstantSource.system());
    String token = tokens.issue(new Identity(17, 3));
    assertThat(tokens.verify(token)).contains(new Identity(17, 3));
    assertThat(new Tokens("other", InstantSource.system()).verify(token)).isEmpty();
    assertThat(tokens.verify(token + "x")).isEmpty();
    assertThat(tokens.verify("")).isEmpty();
    InstantSource yesterday = InstantSource.fixed(Instant.now().minus(Duration.ofDays(1)));
    assertThat(tokens.verify(new Tokens("secret", yesterday).issue(new Identity(1, 1)))).isEmpty();
  }
}
