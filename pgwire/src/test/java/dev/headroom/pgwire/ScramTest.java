package dev.headroom.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramTest {
  private static final Bytes SALT =
      Bytes.of(Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="));

  /** The keys of RFC 7677's example; its user name is in the message, PostgreSQL's is not. */
  @Test
  void keysAreThoseOfTheRfc() throws ProtocolException {
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

  /** Of RFC 7677's example, as PostgreSQL keeps it. */
  @Test
  void aVerifierVerifiesAndTheProofTellsWhatProves() throws Exception {
    ScramKeys derived = ScramKeys.derive("pencil", SALT, 4096);
    Credential parsed =
        Credential.parse(
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    assertThat(parsed).isInstanceOf(Credential.Verifier.class);
    ScramKeys verifier = ((Credential.Verifier) parsed).keys();
    assertThat(verifier.isSamePassword(derived)).isTrue();
    assertThat(verifier.canProve()).isFalse();
    ScramClient client = new ScramClient("client-nonce-1234567", new ScramKeyCache("pencil"));
    ScramServer server = new ScramServer(verifier, "server-nonce-1234567");
    Bytes last = server.verify(client.proof(server.first(client.first()))).orElseThrow();
    client.verify(last);
    // With what was proven, the other side can be a client itself.
    ScramClient second = new ScramClient("client-nonce-7654321", (salt, count) -> server.proven());
    ScramServer far = new ScramServer(derived, "server-nonce-7654321");
    second.verify(far.verify(second.proof(far.first(second.first()))).orElseThrow());
    assertThatThrownBy(
            () -> {
              ScramClient unable = new ScramClient("client-nonce-7654321", (s, i) -> verifier);
              unable.proof(new ScramServer(derived, "x-nonce-7654321").first(unable.first()));
            })
        .hasMessageContaining("only a verifier");
  }

  @Test
  void anMd5HashProvesWhatThePasswordProves() throws Exception {
    Bytes salt = Bytes.of(new byte[] {1, 2, 3, 4});
    // md5('secret' || 'app')
    Credential hash = Credential.parse("md5" + md5Hex("secretapp"));
    assertThat(hash).isInstanceOf(Credential.Md5.class);
    assertThat(ServerLogin.md5("app", hash, salt))
        .isEqualTo(ServerLogin.md5("app", new Credential.Password("secret"), salt))
        .hasSize(35);
  }

  private static String md5Hex(String text) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().formatHex(digest);
  }

  @Test
  void aDamagedVerifierIsSaid() {
    assertThatThrownBy(() -> Credential.parse("SCRAM-SHA-256$4096:abc"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: SCRAM-SHA-256$iterations");
    assertThat(Credential.parse("md5short")).isEqualTo(new Credential.Password("md5short"));
  }
}
