package dev.headroom.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramTest {
  private static final Bytes SALT =
      Bytes.of(Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="));

  /** The keys of RFC 7677's example; its user name is in the message, PostgreSQL's is not. */
  @Test
  void keysAreThoseOfTheRfc() {
    ScramKeys keys = ScramKeys.derive("pencil", SALT, 4096);
    String authMessage =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,"
            + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    assertThat(Base64.getEncoder().encodeToString(keys.clientProof(authMessage)))
        .isEqualTo("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    assertThat(Base64.getEncoder().encodeToString(keys.serverSignature(authMessage)))
        .isEqualTo("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pencil", "", "pässwörd", "\u00a0x"})
  void bothSidesAgree(String password) throws Exception {
    ScramClient client = new ScramClient("client-nonce-1234567", new ScramKeyCache(password));
    ScramServer server =
        new ScramServer(ScramKeys.derive(password, SALT, 4096), "server-nonce-1234567");
    Bytes last = server.verify(client.proof(server.first(client.first()))).orElseThrow();
    client.verify(last);
  }

  @Test
  void aWrongPasswordIsSeenByEitherSide() throws Exception {
    ScramClient client = new ScramClient("client-nonce-1234567", new ScramKeyCache("wrong"));
    ScramServer server =
        new ScramServer(ScramKeys.derive("right", SALT, 4096), "server-nonce-1234567");
    assertThat(server.verify(client.proof(server.first(client.first())))).isEmpty();
    assertThatThrownBy(() -> client.verify(Bytes.of("v=AAAA")))
        .hasMessageContaining("does not know the password");
  }

  @Test
  void aServerThatDoesNotExtendTheNonceIsRefused() {
    ScramClient client = new ScramClient("client-nonce-1234567", new ScramKeyCache("x"));
    assertThatThrownBy(() -> client.proof(Bytes.of("r=other,s=AAAA,i=4096")))
        .hasMessageContaining("nonce");
    assertThatThrownBy(() -> client.proof(Bytes.of("r=client-nonce-1234567x,s=AAAA,i=99999999")))
        .hasMessageContaining("iterations");
  }
}
